import path from 'node:path';
import { writeTemporary } from '../system/temporary-folder.ts';
import { rejectMissing, TOOLS } from '../support/tools.ts';
import type { EmulatorDriver } from './driver.ts';
import { mailbox } from './mailbox.ts';
import { runProcess } from './run-process.ts';

/** The generated C as a process on this machine. */
export const host: EmulatorDriver = {
  name: 'host',
  tool: TOOLS.gcc,
  reject: () => rejectMissing(TOOLS.gcc),
  async run(job) {
    const vectors = path.join(path.dirname(job.program), 'vectors.bin');
    await writeTemporary(vectors, mailbox(job.vectors, job.steps));
    return runProcess(job.program, [vectors], job);
  },
};
