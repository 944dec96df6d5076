import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findTool, missingTool, requireTool, TOOLS } from '../support/tools.ts';
import { assert } from '../support/diagnostics.ts';
import type { EmulatorDriver, Job, Outcome } from './driver.ts';
import { mailbox } from './mailbox.ts';
import { runProcess } from './run-process.ts';

export const qemu: EmulatorDriver = {
  name: 'qemu',
  tool: TOOLS.qemu,
  reject(board) {
    if (!findTool(TOOLS.qemu)) return `${missingTool(TOOLS.qemu).message}; ${TOOLS.qemu.install}`;
    return board?.emulators.qemu ? undefined : 'QEMU has no machine for this board';
  },
  run: runQemu,
};

async function runQemu(job: Job): Promise<Outcome> {
  const machine = job.board?.emulators.qemu;
  assert(machine, 'the board has a QEMU machine');
  const vectors = path.join(path.dirname(job.program), 'vectors.bin');
  await writeFile(vectors, mailbox(job.vectors));
  const address = `0x${machine.vectors.start.toString(16)}`;
  const outcome = await runProcess(
    requireTool(TOOLS.qemu),
    [
      ...[
        '-M',
        machine.machine,
        '-m',
        '16M',
        '-display',
        'none',
        '-monitor',
        'none',
        '-serial',
        'stdio',
      ],
      ...(job.exactTime ? ['-icount', 'shift=6,sleep=off'] : []),
      ...['-kernel', job.program],
      ...['-device', `loader,file=${vectors},addr=${address},force-raw=on`],
    ],
    job,
  );
  return job.exactTime
    ? { ...outcome, instructions: Math.round(outcome.ticks / machine.ticksPerInstruction) }
    : outcome;
}
