import { execa } from 'execa';
import { formatTable } from '../../report/table.ts';
import { CompileError } from '../../support/diagnostics.ts';
import { findTool, missingTool, TOOLS } from '../../support/tools.ts';
import type { Tool } from '../../support/tools.ts';
import type { Context } from '../context.ts';

const REQUIRED: readonly Tool[] = [TOOLS.armGcc, TOOLS.qemu];

/** `thimble doctor`: which tools are there, which are missing, and how to install them. */
export async function doctorCommand(context: Context): Promise<void> {
  const tools = await Promise.all(
    Object.values(TOOLS).map(async (tool: Tool) => ({ tool, ...(await probe(tool)) })),
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
  const missing = tools.filter(({ tool, path }) => !path && REQUIRED.includes(tool));
  if (missing.length > 0)
    throw new CompileError(
      missing.map(({ tool }) => missingTool(tool)),
      'tool-missing',
    );
}

async function probe(tool: Tool): Promise<{ path?: string; version?: string }> {
  const path = findTool(tool);
  if (!path) return {};
  const { stdout } = await execa(path, ['--version'], {
    reject: false,
    timeout: 20_000,
    stdin: 'ignore',
  });
  const version = /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0];
  return { path, ...(version && { version }) };
}
