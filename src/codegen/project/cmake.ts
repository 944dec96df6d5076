import { render } from '../render.ts';
import { sourcesOf } from './project.ts';
import type { Project, ProjectFormat } from './project.ts';

/** Targets that CMake makes itself, in any project or in those that test and pack (its policy CMP0037). */
const RESERVED =
  'all ALL_BUILD clean edit_cache help install INSTALL package PACKAGE package_source preinstall rebuild_cache RUN_TESTS test ZERO_CHECK'.split(
    ' ',
  );

/** A static library as a target; the core's flags are those of the user's toolchain file. */
export const cmake: ProjectFormat = {
  folder: '',
  files: (project) => {
    const sources = sourcesOf(project);
    const assembly = sources.some((file) => file.endsWith('.S'));
    const flags = optionsOf(project.languageFlags);
    const view = { ...project, target: targetOf(project), sources, assembly, flags };
    return new Map([['CMakeLists.txt', render('project/cmake/CMakeLists.txt.ejs', view)]]);
  },
  use: (project, folder) =>
    `in your CMakeLists.txt: add_subdirectory(${folder}), then target_link_libraries(YOURS PRIVATE ${targetOf(project)})`,
};

function targetOf({ name }: Project): string {
  return RESERVED.includes(name) ? `${name}_model` : name;
}

/** Flags that CMake has no property for: it sets the standard itself. */
function optionsOf(flags: readonly string[]): string[] {
  return flags.filter((flag) => !flag.startsWith('-std='));
}
