import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findTool, missingTool, TOOLS } from '../support/tools.ts';
import type { EmulatorDriver } from './driver.ts';
import { mailbox } from './mailbox.ts';
import { runProcess } from './run-process.ts';

/** The generated C as a process on this machine. */
export const host: EmulatorDriver = {
  name: 'host',
  tool: TOOLS.gcc,
  reject: () => (findTool(TOOLS.gcc) ? undefined : missingTool(TOOLS.gcc).message),
  async run(job) {
    const vectors = path.join(path.dirname(job.program), 'vectors.bin');
    await writeFile(vectors, mailbox(job.vectors));
    return runProcess(job.program, [vectors], job);
  },
};
