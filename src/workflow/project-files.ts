import { coreFlags, LANGUAGE } from '../build/flags.ts';
import type { Files } from '../codegen/emit.ts';
import { describeUse, emitProject } from '../codegen/project/formats.ts';
import type { FormatName } from '../codegen/project/format-names.ts';
import { VERSION } from '../support/version.ts';
import type { Board } from '../target/board.ts';

/** A library with all that belongs to it, and what it was made of. */
export interface MadeLibrary {
  readonly name: string;
  /** The model's file, without folders. */
  readonly source: string;
  readonly board: Board;
  readonly files: Files;
  /** Where it is written to, as the user named it. */
  readonly folder: string;
}

/** The library as a project of a build system's, and how it is added to one's own. */
export function projectFiles(
  { name, source, board, files: library, folder }: MadeLibrary,
  format: FormatName,
): { readonly files: Files; readonly use: string } {
  const project = {
    ...{ name, source, library, version: VERSION, board: board.name, cpu: board.cpu },
    ...{ languageFlags: LANGUAGE, coreFlags: coreFlags(board) },
  };
  return { files: emitProject(format, project), use: describeUse(format, project, folder) };
}
