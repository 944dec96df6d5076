import type { Cpu } from '../../target/board.ts';
import type { Files } from '../emit.ts';

/** What a build system is told of a library. */
export interface Project {
  /** Prefix of the C names; the library's name, too. */
  readonly name: string;
  /** The model's file, as comments may show it. */
  readonly source: string;
  /** Of thimble: what made the library, which has no version of its own. */
  readonly version: string;
  /** The library, by path. */
  readonly library: Files;
  readonly board: string;
  readonly cpu: Cpu;
  /** What the C needs of any compiler. */
  readonly languageFlags: readonly string[];
  /** What names the board's core to gcc and clang. */
  readonly coreFlags: readonly string[];
}

/** How a build system takes a library of sources. */
export interface ProjectFormat {
  /** Where the library's files go in the output folder: '', or a folder with its slash. */
  readonly folder: '' | 'src/';
  /** The files that the build system reads, by path. */
  readonly files: (project: Project) => Files;
  /** How a user adds the library, written to `folder`, to a project: a sentence. */
  readonly use: (project: Project, folder: string) => string;
}

/** C and assembly files of the library that are compiled, in a fixed order. */
export function sourcesOf({ library }: Project): string[] {
  return [...library.keys()].filter((file) => /\.[cS]$/.test(file)).sort();
}

/** One sentence for lists of libraries. */
export function describeProject({ source, cpu, board }: Project): string {
  return `${source} as C without malloc, compiled by thimble for ${cpu} (${board})`;
}
