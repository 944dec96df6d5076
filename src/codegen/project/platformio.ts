import { describeProject } from './project.ts';
import type { ProjectFormat } from './project.ts';

/** A library of PlatformIO's; the core's flags are those of the project's board. */
export const platformio: ProjectFormat = {
  folder: 'src/',
  files: (project) => {
    const manifest = {
      $schema:
        'https://raw.githubusercontent.com/platformio/platformio-core/develop/platformio/assets/schema/library.json',
      name: project.name,
      version: project.version,
      description: describeProject(project),
      keywords: ['neural network', 'inference', 'cortex-m'],
      frameworks: '*',
      platforms: '*',
      headers: [`${project.name}.h`],
      build: { srcDir: 'src', includeDir: 'src', flags: project.languageFlags },
    };
    return new Map([['library.json', `${JSON.stringify(manifest, null, 2)}\n`]]);
  },
  use: ({ name }, folder) => `put ${folder} into lib/ of your project, and #include <${name}.h>`,
};
