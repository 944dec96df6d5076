import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { symbolAt } from '../../src/build/elf.ts';
import { buildFirmware } from '../../src/build/firmware.ts';
import { emitFirmware } from '../../src/codegen/firmware.ts';
import { host } from '../../src/emulate/host.ts';
import { ProtocolReader } from '../../src/emulate/protocol.ts';
import { qemu } from '../../src/emulate/qemu.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { firmwareOptions, sourcesOf } from '../../src/workflow/build-model.ts';
import { compileGraph } from '../support/compile-graph.ts';
import { smallNetwork } from '../support/small-model.ts';

const BANNER = 'thimble 1 small in 192 out 4 crc 00000000';

function read(...lines: string[]) {
  const reader = new ProtocolReader(4);
  lines.forEach((line) => reader.line(line));
  return reader;
}

describe('the line protocol', () => {
  it('collects outputs, layers, checksums and the stack', () => {
    const outcome = read(
      BANNER,
      'thimble layer 0 3 61021',
      'thimble tensor 0 3 1b2c3d4e',
      'thimble out 0 0 0a0b',
      'noise',
      'thimble out 0 2 0c0d',
      'thimble ticks 0 77',
      'thimble stack 264',
      'thimble done 1 vectors 77 ticks',
    ).outcome('it ended');
    expect(outcome.outputs).toEqual([new Uint8Array([10, 11, 12, 13])]);
    expect(outcome.layers[0]).toEqual([{ layer: 3, ticks: 61021 }]);
    expect(outcome.tensors[0]).toEqual([{ layer: 3, crc: '1b2c3d4e' }]);
    expect([outcome.stackBytes, outcome.ticks]).toEqual([264, 77]);
  });

  it.each([
    [
      'a fault',
      'firmware-fault',
      [BANNER, 'thimble fault hardfault pc 0x00001234 cfsr 0x00008200'],
    ],
    ['silence', 'firmware-silent', ['garbage']],
    ['a hang', 'firmware-hang', [BANNER, 'thimble out 0 0 00000000']],
    [
      'lost bytes',
      'output-incomplete',
      [BANNER, 'thimble out 0 0 0000', 'thimble done 1 vectors 1 ticks'],
    ],
    [
      'damaged bytes',
      'output-incomplete',
      [BANNER, 'thimble out 0 0 00zz0000', 'thimble done 1 vectors 1 ticks'],
    ],
    [
      'too many bytes',
      'output-incomplete',
      [BANNER, 'thimble out 0 2 000000', 'thimble done 1 vectors 1 ticks'],
    ],
  ])('%s is told apart: %s', (_, code, lines) => {
    expect(() => read(...lines).outcome('it ended')).toThrow(new RegExp(`error\\[${code}\\]`));
  });
});

describe('a program that misbehaves', () => {
  const script = (text: string) => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'thimble-p-')), 'firmware');
    writeFileSync(file, `#!/bin/sh\n${text}\n`);
    chmodSync(file, 0o755);
    return file;
  };
  const run = (text: string, timeoutMs = 5000) =>
    host.run({ program: script(text), vectors: [], outputBytes: 4, timeoutMs, exactTime: false });
  const codeOf = async (outcome: Promise<unknown>) => {
    const error: unknown = await outcome.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(CompileError);
    return [(error as CompileError).diagnostics[0]!.code, (error as CompileError).failure];
  };

  it('hangs: ended at its limit', async () => {
    expect(await codeOf(run(`echo ${BANNER}; exec sleep 60`, 500))).toEqual([
      'firmware-hang',
      'run-failed',
    ]);
  });

  it('prints nothing', async () =>
    expect(await codeOf(run('exit 0'))).toEqual(['firmware-silent', 'run-failed']));
  it('crashes with words on stderr', async () =>
    expect(await codeOf(run('echo boom >&2; exit 1'))).toEqual(['emulator-failed', 'run-failed']));
});

it('a fault in firmware under QEMU names the place', async () => {
  const board = loadBoard('mps2-an386');
  const program = compileGraph(smallNetwork(), targetOf(board));
  const firmware = emitFirmware(board, program.library, firmwareOptions(program, board, 'none'));
  const sources = sourcesOf(program, firmware);
  // An instruction that the core does not know, in place of the inference.
  const broken = sources.files
    .get('main.c')!
    .replace('tested->invoke();', '__asm__ volatile("udf #0");');
  const built = await buildFirmware(board, {
    ...sources,
    files: new Map([...sources.files, ['main.c', broken]]),
  });
  const job = {
    board,
    program: built.elf,
    vectors: [],
    outputBytes: 4,
    timeoutMs: 20_000,
    exactTime: false,
    symbolAt: (address: number) => symbolAt(built.facts, address),
  };
  await expect(qemu.run(job)).rejects.toThrow(
    /faulted: (hardfault|usagefault) pc 0x[0-9a-f]{8} cfsr 0x00010000\n {2}--> the function (run|main)/,
  );
});
