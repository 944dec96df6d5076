import path from 'node:path';
import { writeTemporary } from '../system/temporary-folder.ts';
import { rejectMissing, requireTool, TOOLS } from '../support/tools.ts';
import { assert } from '../support/diagnostics.ts';
import type { EmulatorDriver, Job, Outcome } from './driver.ts';
import { mailbox } from './mailbox.ts';
import { runProcess } from './run-process.ts';

export const qemu: EmulatorDriver = {
  name: 'qemu',
  tool: TOOLS.qemu,
  reject(board) {
    const modelled = board?.emulators.qemu !== undefined;
    return (
      rejectMissing(TOOLS.qemu) ?? (modelled ? undefined : 'QEMU has no machine for this board')
    );
  },
  run: runQemu,
};

async function runQemu(job: Job): Promise<Outcome> {
  const machine = job.board?.emulators.qemu;
  assert(machine, 'the board has a QEMU machine');
  const folder = path.dirname(job.program);
  await writeTemporary(path.join(folder, 'vectors.bin'), mailbox(job.vectors, job.steps));
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
      // Names without folders: a comma in one would begin another option.
      ...['-kernel', path.basename(job.program)],
      ...['-device', `loader,file=vectors.bin,addr=${address},force-raw=on`],
    ],
    job,
    folder,
  );
  return job.exactTime
    ? { ...outcome, instructions: Math.round(outcome.ticks / machine.ticksPerInstruction) }
    : outcome;
}
