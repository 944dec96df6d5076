import { FORMAT_NAMES } from '../codegen/project/format-names.ts';
import type { FormatName } from '../codegen/project/format-names.ts';
import { CompileError } from '../support/diagnostics.ts';
import { badOption, choiceOf, offering, parser } from './option-values.ts';

/** The value of --format: a build system. */
export const formatOption = offering(
  FORMAT_NAMES,
  parser((text): FormatName => {
    if (text === 'stm32cube') throw noProject();
    return choiceOf('--format', text, FORMAT_NAMES);
  }),
);

// A project of CubeIDE's belongs to a device and its workspace: nothing that a library could bring.
function noProject(): CompileError {
  return new CompileError(
    badOption(
      '--format',
      '--format "stm32cube" is none: STM32CubeIDE has no file by which a folder becomes a library',
      'a CMake project of STM32CubeMX takes --format cmake; in STM32CubeIDE leave --format out, link the folder as a source folder, and add it to the include paths',
    ),
  );
}
