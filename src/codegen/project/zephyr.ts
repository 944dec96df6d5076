import { render } from '../render.ts';
import { sourcesOf } from './project.ts';
import type { Project, ProjectFormat } from './project.ts';

const FILES = ['zephyr/module.yml', 'zephyr/CMakeLists.txt', 'zephyr/Kconfig'];

/** A module of Zephyr's, switched on by an option of its own; the core's flags are Zephyr's. */
export const zephyr: ProjectFormat = {
  folder: '',
  files: (project) => {
    const view = { ...project, sources: sourcesOf(project), option: optionOf(project) };
    // As Kconfig names cores: CPU_CORTEX_M0PLUS.
    const core = `CPU_${project.cpu.toUpperCase().replace(/-/g, '_')}`;
    return new Map(
      FILES.map((file) => [file, render(`project/${file}.ejs`, { ...view, core })] as const),
    );
  },
  use: (project, folder) =>
    `west build … -- -DEXTRA_ZEPHYR_MODULES=$PWD/${folder}, and CONFIG_${optionOf(project)}=y in prj.conf`,
};

function optionOf({ name }: Project): string {
  return `THIMBLE_${name.toUpperCase()}`;
}
