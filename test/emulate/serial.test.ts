import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { buildFirmware } from '../../src/build/firmware.ts';
import { emitFirmware } from '../../src/codegen/firmware.ts';
import { importModel } from '../../src/import/import-model.ts';
import { compileModel } from '../../src/pipeline.ts';
import type { Model } from '../../src/pipeline.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { firmwareOptions, sourcesOf } from '../../src/workflow/build-model.ts';
import { testModel } from '../../src/workflow/test-model.ts';
import { makeVectors } from '../../src/workflow/vectors.ts';
import { streamingModel } from '../support/streaming-model.ts';
import { writeTflite } from '../support/tflite-writer.ts';
import { smallNetwork } from '../support/small-model.ts';

const board = loadBoard('mps2-an386');
const small = (seed: number) => ({
  name: 'small',
  source: 'small',
  bytes: new Uint8Array(),
  graph: smallNetwork(seed),
});

let machine: ChildProcess | undefined;
afterEach(() => machine?.kill('SIGKILL'));

// A board at the other end of a pseudo-terminal: QEMU, stopped until the port is open.
async function plugIn(model: Model): Promise<{ port: string; reset: () => void }> {
  const program = compileModel(model, targetOf(board));
  const firmware = emitFirmware(board, program.library, {
    ...firmwareOptions(program, board, 'none'),
    vectors: 'uart',
  });
  const { elf } = await buildFirmware(board, sourcesOf(program, firmware));
  const args = [
    '-M',
    'mps2-an386',
    '-m',
    '16M',
    '-display',
    'none',
    '-S',
    '-monitor',
    'stdio',
    '-serial',
    'pty',
    '-kernel',
    elf,
  ];
  const child = spawn('qemu-system-arm', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  machine = child;
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /redirected to (\/dev\/\S+)/.exec(line)?.[1];
    if (port) return { port, reset: () => void child.stdin.write('cont\n') };
  }
  throw new Error('QEMU gave no pseudo-terminal');
}

describe('a board at a serial port', () => {
  it('asks for each vector, and gives the reference’s bytes', async () => {
    const { port, reset } = await plugIn(small(1));
    const vectors = makeVectors(smallNetwork(1), 5, 4);
    const result = await testModel({
      model: small(1),
      board,
      where: { port, onOpen: reset },
      vectors,
      timeoutMs: 30_000,
    });
    expect(result.verdicts).toHaveLength(4);
    expect(result.passed).toBe(true);
  });

  it('resets the state where a sequence begins', async () => {
    const bytes = writeTflite(streamingModel());
    const graph = importModel(bytes, 'stream');
    const model = { name: 'stream', source: 'stream', bytes, graph };
    const { port, reset } = await plugIn(model);
    const vectors = makeVectors(graph, 5, 7);
    const where = { port, onOpen: reset };
    const result = await testModel({ model, board, where, vectors, steps: 3, timeoutMs: 30_000 });
    expect(result.verdicts).toHaveLength(7);
    expect(result.passed).toBe(true);
  });

  it('with the firmware of another model is told so', async () => {
    const { port, reset } = await plugIn(small(2));
    const vectors = makeVectors(smallNetwork(1), 5, 1);
    const request = {
      model: small(1),
      board,
      where: { port, onOpen: reset },
      vectors,
      timeoutMs: 30_000,
    };
    await expect(testModel(request)).rejects.toThrow(/wrong-firmware/);
  });

  it('that is not there is a clear error', async () => {
    const request = {
      model: small(1),
      board,
      where: { port: '/dev/nowhere' },
      vectors: [],
      timeoutMs: 1000,
    };
    await expect(testModel(request)).rejects.toThrow(CompileError);
    await expect(testModel(request)).rejects.toThrow(/serial-port/);
  });
});
