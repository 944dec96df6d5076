import { CompileError } from '../support/diagnostics.ts';
import { concatBytes } from '../support/bytes.ts';
import type { LayerCrc, LayerTicks, Outcome } from './driver.ts';

/** Longer lines than this are not the protocol's. */
const LONGEST_LINE = 1024;

const MOST_RECORDS = 1_000_000;

/** Collects the lines that firmware prints (cli.md, "Firmware and host talk over a UART"). */
export class ProtocolReader {
  #banner: Outcome['banner'] | undefined;
  #done: { vectors: number; ticks: number } | undefined;
  #fault: string | undefined;
  #stackBytes: number | undefined;
  readonly #chunks = new Map<number, Map<number, Uint8Array>>();
  readonly #layers: LayerTicks[][] = [];
  readonly #tensors: LayerCrc[][] = [];
  readonly #ticks = new Map<number, number>();
  /** Lines that are not the protocol's: printed when the run fails. */
  readonly #strange: string[] = [];
  /** How many vectors the firmware was given; without any it makes one. */
  readonly #vectors: number;
  /** Records of layers that are kept: no network has more, whatever the firmware prints. */
  #records = 0;

  /**
   * `expected` vectors, each of them told as done by itself; firmware that has them all says so once.
   * `symbolAt` names the function of an address, for the place of a fault; `vectors` are given.
   */
  constructor(
    readonly outputBytes: number,
    readonly expected = 1,
    readonly symbolAt: (address: number) => string | undefined = () => undefined,
    vectors = expected,
  ) {
    this.#vectors = Math.max(1, vectors);
  }

  /** Whether the firmware has said its last word. */
  get finished(): boolean {
    return (this.#done?.vectors ?? 0) >= this.expected || this.#fault !== undefined;
  }

  /** The vector that the firmware asks for in this line, if it does. */
  static asksFor(line: string): number | undefined {
    const match = /^thimble send (\d+)$/.exec(line.trim());
    return match ? Number(match[1]) : undefined;
  }

  line(raw: string): void {
    const line = raw.trim();
    if (line === '') return;
    const words = line.split(' ');
    const known = line.length <= LONGEST_LINE && words[0] === 'thimble' && this.#record(words);
    if (!known && this.#strange.length < 20) this.#strange.push(line.slice(0, 200));
  }

  /** Vectors whose outputs have arrived whole. */
  get vectors(): number {
    return [...this.#chunks.values()].filter((chunks) => size(chunks) === this.outputBytes).length;
  }

  /** The result; throws when the firmware faulted or did not finish. */
  outcome(how: string): Outcome {
    if (this.#fault) {
      const message = `the firmware faulted: ${this.#fault}`;
      throw this.#failed('firmware-fault', message, this.#placeOf(this.#fault));
    }
    if (!this.#banner) {
      throw this.#failed('firmware-silent', `the firmware printed no banner before ${how}`);
    }
    if (!this.#done || this.#done.vectors < this.expected) {
      throw this.#failed(
        'firmware-hang',
        `the firmware finished ${this.vectors} vectors, then nothing before ${how}`,
      );
    }
    const { vectors } = this.#done;
    if (vectors !== this.#vectors) {
      const message = `the firmware says that it ran ${vectors} vectors, it was given ${this.#vectors}`;
      throw this.#failed('output-incomplete', message);
    }
    return {
      banner: this.#banner,
      outputs: Array.from({ length: vectors }, (_, i) => this.#output(i)),
      layers: this.#layers,
      tensors: this.#tensors,
      ticks: this.#ticksOfAll(this.#done.ticks),
      vectors,
      ...(this.#stackBytes !== undefined && { stackBytes: this.#stackBytes }),
    };
  }

  // The sum that the firmware prints wraps at 32 bits; what disagrees with it is no number.
  #ticksOfAll(told: number): number {
    const sum = [...this.#ticks.values()].reduce((all, each) => all + each, 0);
    const whole = this.#ticks.size === this.#vectors && (sum - told) % 2 ** 32 === 0;
    return whole ? sum : NaN;
  }

  // Takes a record; false when it is malformed.
  #record(words: readonly string[]): boolean {
    const [, kind, ...rest] = words;
    const [a, b] = [wholeNumber(rest[0]), wholeNumber(rest[1])];
    switch (kind) {
      case '1':
        this.#banner = { model: rest[0] ?? '', crc: rest.at(-1) ?? '' };
        return rest[1] === 'in' && rest[3] === 'out' && rest[5] === 'crc';
      case 'out':
        return rest.length === 3 && this.#take(a, b, rest[2]!);
      case 'layer':
      case 'tensor':
      case 'ticks':
        return this.#keep(kind, a, b, rest[2]);
      case 'stack':
        if (a < 0) return false;
        this.#stackBytes = a;
        return true;
      case 'send':
        return true;
      case 'done':
        if (!/^\d{1,10} vectors \d{1,10} ticks$/.test(rest.join(' '))) return false;
        this.#done = {
          vectors: (this.#done?.vectors ?? 0) + Number(rest[0]),
          ticks: (this.#done?.ticks ?? 0) + Number(rest[2]),
        };
        return true;
      case 'fault':
        this.#fault ??= rest.join(' ').slice(0, 200);
        return true;
      default:
        return false;
    }
  }

  // Keeps a record about a vector: numbers are the firmware's, memory is ours.
  #keep(kind: 'layer' | 'tensor' | 'ticks', vector: number, value: number, last = ''): boolean {
    const known = vector >= 0 && vector < this.#vectors && value >= 0;
    const ticks = wholeNumber(last);
    if (kind === 'layer' && ticks < 0) return false;
    if (!known || this.#records++ >= MOST_RECORDS) return false;
    if (kind === 'layer') (this.#layers[vector] ??= []).push({ layer: value, ticks });
    if (kind === 'tensor') (this.#tensors[vector] ??= []).push({ layer: value, crc: last });
    if (kind === 'ticks') this.#ticks.set(vector, value);
    return true;
  }

  #take(vector: number, offset: number, hex: string): boolean {
    if (
      vector < 0 ||
      vector >= this.#vectors ||
      offset < 0 ||
      !/^([0-9a-f]{2})+$/.test(hex) ||
      offset + hex.length / 2 > this.outputBytes
    )
      return false;
    const chunks = this.#chunks.get(vector) ?? new Map<number, Uint8Array>();
    this.#chunks.set(vector, chunks.set(offset, new Uint8Array(Buffer.from(hex, 'hex'))));
    return true;
  }

  #output(vector: number): Uint8Array {
    const chunks = this.#chunks.get(vector) ?? new Map<number, Uint8Array>();
    const parts = [...chunks].sort(([a], [b]) => a - b).map(([, bytes]) => bytes);
    if (size(chunks) !== this.outputBytes) {
      throw this.#failed(
        'output-incomplete',
        `the output of vector ${vector} has ${size(chunks)} bytes, not ${this.outputBytes}`,
      );
    }
    return concatBytes(parts);
  }

  // The function that the program counter of a fault lies in.
  #placeOf(fault: string): string | undefined {
    const pc = /pc (0x[0-9a-f]{8})/.exec(fault);
    const name = pc ? this.symbolAt(Number(pc[1])) : undefined;
    return name && `the function ${name}`;
  }

  #failed(code: string, message: string, where?: string): CompileError {
    const notes = this.#strange.map((line) => `it also printed: ${line}`);
    const hint = 'thimble run --on host runs the same C under sanitizers, which name the line';
    return new CompileError({ code, message, ...(where && { where }), notes, hint }, 'run-failed');
  }
}

// A damaged number counts as -1: nothing is stored under it that anyone asks for.
function wholeNumber(text: string | undefined): number {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : -1;
}

function size(chunks: ReadonlyMap<number, Uint8Array>): number {
  return [...chunks.values()].reduce((sum, bytes) => sum + bytes.length, 0);
}
