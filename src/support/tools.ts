import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { CompileError } from './diagnostics.ts';

/** An external program that thimble runs. */
export interface Tool {
  readonly command: string;
  /** What thimble needs it for. */
  readonly purpose: string;
  readonly install: string;
  /** Environment variable that names it. */
  readonly variable?: string;
  /** Places to look besides PATH. */
  readonly places?: readonly string[];
}

export const TOOLS = {
  armGcc: {
    command: 'arm-none-eabi-gcc',
    purpose: 'builds firmware',
    install: 'apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi',
  },
  gcc: {
    command: 'gcc',
    purpose: 'builds the generated C for this machine (--on host)',
    install: 'apt-get install gcc',
  },
  qemu: {
    command: 'qemu-system-arm',
    purpose: 'runs firmware (--on qemu)',
    install: 'apt-get install qemu-system-arm',
  },
  renode: {
    command: 'renode',
    variable: 'RENODE',
    purpose: 'runs firmware on modelled boards (--on renode)',
    install: 'https://renode.io, then put it on the PATH or name it in RENODE',
    places: [
      '/opt/renode/renode',
      '/usr/lib/renode/renode',
      '/Applications/Renode.app/Contents/MacOS/renode',
    ],
  },
} as const satisfies Record<string, Tool>;

/** The absolute path of a tool, undefined when it is not there. */
export function findTool(tool: Tool): string | undefined {
  const named = tool.variable && process.env[tool.variable];
  if (named) return executable(named) ?? findOnPath(named);
  return findOnPath(tool.command) ?? tool.places?.find((place) => executable(place));
}

/** The absolute path of a tool; throws with the way to install it. */
export function requireTool(tool: Tool): string {
  const found = findTool(tool);
  if (found) return found;
  throw new CompileError(missingTool(tool), 'tool-missing');
}

export function missingTool(tool: Tool) {
  return {
    code: 'missing-tool',
    message: `${tool.command} was not found; it ${tool.purpose}`,
    hint: `install it: ${tool.install}`,
  };
}

/** Why a tool cannot be used, with the way to install it; undefined when it is there. */
export function rejectMissing(tool: Tool): string | undefined {
  if (findTool(tool)) return undefined;
  return `${missingTool(tool).message}; ${tool.install}`;
}

/** The toolchain's other programs stand beside its compiler, or at least on the PATH. */
export function requireBinutil(gcc: string, name: 'size' | 'nm' | 'objdump' | 'objcopy'): string {
  const command = path.basename(gcc).replace(/gcc$/, name);
  const found = executable(path.join(path.dirname(gcc), command)) ?? findOnPath(command);
  if (found !== undefined) return found;
  throw new CompileError(
    {
      code: 'missing-tool',
      message: `${path.basename(gcc)} is there, ${command} is not`,
      where: gcc,
      hint: 'install it: apt-get install binutils-arm-none-eabi',
    },
    'tool-missing',
  );
}

function findOnPath(command: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.map((folder) => path.join(folder, command)).find((file) => executable(file));
}

function executable(file: string): string | undefined {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}
