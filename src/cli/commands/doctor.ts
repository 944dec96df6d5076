import { formatTable } from '../../report/table.ts';
import { CompileError } from '../../support/diagnostics.ts';
import type { Diagnostic } from '../../support/diagnostics.ts';
import { askVersion } from '../../system/tool-version.ts';
import { findTool, missingTool, TOOLS } from '../../support/tools.ts';
import type { Tool } from '../../support/tools.ts';
import type { Context } from '../context.ts';

const REQUIRED: readonly Tool[] = [TOOLS.armGcc, TOOLS.qemu];

/** `thimble doctor`: which tools are there, which are missing, and how to install them. */
export async function doctorCommand(context: Context): Promise<void> {
  const tools = await Promise.all(
    Object.values(TOOLS).map(async (tool: Tool) => ({
      tool,
      ...(await probe(tool, context.signal)),
    })),
  );
  const rows = [
    ['tool', 'version', 'found at', 'what for'],
    ['node', process.version, process.execPath, 'runs thimble'],
    ...tools.map(({ tool, version, path }) => [
      tool.command,
      version ?? '-',
      path ?? `missing: ${tool.install}`,
      tool.purpose,
    ]),
  ];
  const data = tools.map(({ tool, version, path }) => ({
    name: tool.command,
    path: path ?? null,
    version: version ?? null,
    install: tool.install,
  }));
  context.output.result(formatTable(rows), { tools: data });
  const problems = tools
    .filter(({ tool, version }) => version === undefined && REQUIRED.includes(tool))
    .map(({ tool, path }) => (path === undefined ? missingTool(tool) : mute(tool, path)));
  if (problems.length > 0) throw new CompileError(problems, 'tool-missing');
}

function mute({ command, install }: Tool, where: string): Diagnostic {
  return {
    code: 'tool-failed',
    message: `${command} is there, but does not tell its version`,
    where,
    hint: `install it anew: ${install}`,
  };
}

async function probe(
  tool: Tool,
  signal: AbortSignal,
): Promise<{ path?: string; version?: string }> {
  const path = findTool(tool);
  if (!path) return {};
  const version = await askVersion(path, { signal });
  return { path, ...(version && { version }) };
}
