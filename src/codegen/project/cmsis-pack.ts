import type { Cpu } from '../../target/board.ts';
import { escapeXml } from '../../support/xml.ts';
import { render } from '../render.ts';
import { describeProject, sourcesOf } from './project.ts';
import type { Project, ProjectFormat } from './project.ts';

/** Cores as pack descriptions name them (Open-CMSIS-Pack, "DcoreEnum"). */
const CORES: Readonly<Record<Cpu, string>> = {
  'cortex-m0plus': 'Cortex-M0+',
  'cortex-m3': 'Cortex-M3',
  'cortex-m4': 'Cortex-M4',
  'cortex-m7': 'Cortex-M7',
  'cortex-m33': 'Cortex-M33',
};

/** What a part of a component's name may have ("CsubType"). */
const NAME_LENGTH = 32;

/** A software pack of one component; it cannot set flags: the C switches contraction off by itself. */
export const cmsisPack: ProjectFormat = {
  folder: '',
  files: (project) => {
    const view = {
      ...project,
      description: escapeXml(describeProject(project)),
      core: CORES[project.cpu],
      component: project.name.slice(0, NAME_LENGTH),
      sources: sourcesOf(project).map((file) => ({
        file,
        language: file.endsWith('.S') ? 'asm' : 'c',
      })),
      headers: [...project.library.keys()].filter((file) => isPublic(file, project)).sort(),
    };
    return new Map([
      [`thimble.${project.name}.pdsc`, render('project/cmsis-pack/package.pdsc.ejs', view)],
    ]);
  },
  use: ({ name }, folder) =>
    `cpackget add ${folder}/thimble.${name}.pdsc, then the component Machine Learning:Model:${name.slice(0, NAME_LENGTH)}`,
};

// What an application includes; the others are found from the files that include them.
function isPublic(file: string, { name }: Project): boolean {
  return file.endsWith('.h') && !file.includes('/') && file !== `${name}_weights.h`;
}
