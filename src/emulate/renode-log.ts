import { CompileError } from '../support/diagnostics.ts';
import { FATAL_WARNINGS } from '../target/renode-warnings.ts';
import { SCRIPT_END } from './renode-script.ts';

/** How the monitor says that a command of the script failed; the rest of the script is dropped. */
const SCRIPT_ERRORS = [
  /There was an error executing command/,
  /No such command or device/,
  /File does not exist/,
  /Could not tokenize/,
  /Could not (find|load)/,
  /^Error E\d+/,
];

/** Reads what Renode prints: its log, and the monitor's answers. */
export class RenodeLog {
  readonly #symbolAt: (address: number) => string | undefined;
  /** What it said last. */
  readonly last: string[] = [];
  /** Renode was told to end: what it says from now on explains nothing. */
  closing = false;
  /** The script has run to its end. */
  started = false;
  problem: CompileError | undefined;
  virtualSeconds: number | undefined;

  constructor(symbolAt: (address: number) => string | undefined) {
    this.#symbolAt = symbolAt;
  }

  line(raw: string): void {
    const line = raw.trim();
    if (line === '') return;
    if (!this.closing) this.last.push(line.slice(0, 240));
    if (this.last.length > 12) this.last.shift();
    if (line.includes(SCRIPT_END) && !line.includes('echo')) this.started = true;
    const time = /Elapsed Virtual Time: (\d+):(\d+):([\d.]+)/.exec(line);
    if (time) this.virtualSeconds = Number(time[1]) * 3600 + Number(time[2]) * 60 + Number(time[3]);
    this.problem ??= this.#judge(line);
  }

  #judge(line: string): CompileError | undefined {
    const logged = /\[(WARNING|ERROR)\] (.*)$/.exec(line)?.[2];
    if (logged && FATAL_WARNINGS.some((pattern) => pattern.test(logged)))
      return this.#fatal(logged);
    if (!this.started && SCRIPT_ERRORS.some((pattern) => pattern.test(line))) {
      return new CompileError(
        {
          code: 'renode-script',
          message: `Renode refused its script: ${line}`,
          notes: this.last,
          hint: 'the version of Renode may not have this peripheral or command',
        },
        'run-failed',
      );
    }
    return undefined;
  }

  #fatal(logged: string): CompileError {
    const pc = /\[cpu: (0x[0-9A-Fa-f]+)\]|PC=(0x[0-9A-Fa-f]+)/.exec(logged);
    const address = pc && Number(pc[1] ?? pc[2]);
    const name = address !== null ? this.#symbolAt(address) : undefined;
    const where =
      address === null ? undefined : `pc 0x${address.toString(16)}${name ? ` in ${name}` : ''}`;
    return new CompileError(
      {
        code: 'renode-warning',
        message: `Renode only warned, a board would not forgive: ${logged}`,
        ...(where && { where }),
        hint: 'the firmware reaches memory or registers that the board does not have',
      },
      'run-failed',
    );
  }
}
