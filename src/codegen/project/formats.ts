import { toComment } from '../../support/identifiers.ts';
import type { Files } from '../emit.ts';
import { arduino } from './arduino.ts';
import { cmake } from './cmake.ts';
import { cmsisPack } from './cmsis-pack.ts';
import type { FormatName } from './format-names.ts';
import { make } from './make.ts';
import { platformio } from './platformio.ts';
import type { Project, ProjectFormat } from './project.ts';
import { zephyr } from './zephyr.ts';

const FORMATS: Readonly<Record<FormatName, ProjectFormat>> = {
  ...{ cmake, make, platformio, arduino, zephyr },
  'cmsis-pack': cmsisPack,
};

/** The library where the build system looks for it, and the files that tell of it. */
export function emitProject(format: FormatName, project: Project): Files {
  const { folder, files } = FORMATS[format];
  const library = [...project.library].map(([file, text]) => [folder + file, text] as const);
  return new Map([...library, ...files({ ...project, source: toComment(project.source) })]);
}

/** What a user writes to add the library, written to `folder`, to a project of their own. */
export function describeUse(format: FormatName, project: Project, folder: string): string {
  return FORMATS[format].use(project, folder);
}
