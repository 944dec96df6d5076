import { render } from '../render.ts';
import { describeProject } from './project.ts';
import type { ProjectFormat } from './project.ts';

/**
 * A library of Arduino's. It cannot set flags: the C compiles under those of any core that is built
 * with gcc, and switches contraction off by itself.
 */
export const arduino: ProjectFormat = {
  folder: 'src/',
  files: (project) => {
    const view = { ...project, description: describeProject(project) };
    return new Map([
      ['library.properties', render('project/arduino/library.properties.ejs', view)],
    ]);
  },
  use: ({ name }, folder) =>
    `put ${folder} into libraries/ of your sketchbook, and #include <${name}.h> in the sketch`,
};
