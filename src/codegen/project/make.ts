import { render } from '../render.ts';
import { sourcesOf } from './project.ts';
import type { ProjectFormat } from './project.ts';

/** A static library, built in a folder of its own, for the board's core unless told otherwise. */
export const make: ProjectFormat = {
  folder: '',
  files: (project) =>
    new Map([
      [
        'Makefile',
        render('project/make/Makefile.ejs', { ...project, sources: sourcesOf(project) }),
      ],
    ]),
  use: ({ name }, folder) =>
    `make -C ${folder} gives ${folder}/build/lib${name}.a: link it, and compile your code with -I${folder}`,
};
