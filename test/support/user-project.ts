import { readFileSync } from 'node:fs';
import { emitFirmware } from '../../src/codegen/firmware.ts';
import { initialiserLines } from '../../src/codegen/literals.ts';
import type { Graph } from '../../src/ir/types.ts';
import type { Board } from '../../src/target/board.ts';
import { targetOf } from '../../src/target/target.ts';
import { firmwareOptions } from '../../src/workflow/build-model.ts';
import { compileGraph } from './compile-graph.ts';

/** A model of the user's application, and what it is given. */
export interface UsedModel {
  readonly name: string;
  readonly graph: Graph;
  readonly inputs: readonly Uint8Array[];
}

/** Sources of somebody's own application for a board, which runs models and prints all that they give. */
export function userSources(board: Board, models: readonly UsedModel[]): Map<string, string> {
  const program = compileGraph(models[0]!.graph, targetOf(board));
  const { files } = emitFirmware(board, program.library, firmwareOptions(program, board, 'none'));
  const report = readFileSync(new URL('../../examples/report.h', import.meta.url), 'utf8');
  return new Map([
    ...[...files].filter(([file]) => file !== 'main.c'),
    ['report.h', report],
    ['main.c', mainOf(models)],
  ]);
}

/** C of that application's that is compiled. */
export const USER_C = ['main.c', 'platform.c', 'startup.c'];

function mainOf(models: readonly UsedModel[]): string {
  const runs = models.map(({ name, inputs }, m) => {
    const size = name.toUpperCase();
    return `    for (uint32_t k = 0u; k < ${inputs.length}u; k++) {
        memcpy(${name}_input(), inputs_${m}[k], ${size}_INPUT_BYTES);
        ${name}_invoke();
        memcpy(&outputs[at], ${name}_output(), ${size}_OUTPUT_BYTES);
        at += ${size}_OUTPUT_BYTES;
    }`;
  });
  const bytes = models.map(
    ({ name, inputs }) => `${inputs.length} * ${name.toUpperCase()}_OUTPUT_BYTES`,
  );
  return `#define MODEL ${models[0]!.name}
${models.map(({ name }) => `#include "${name}.h"`).join('\n')}
#include "report.h"
#include <string.h>

${models.map(tablesOf).join('\n')}
int main(void)
{
    static uint8_t outputs[${bytes.join(' + ')}];
    uint32_t at = 0u;
    platform_begin();
    print_begin(0u, sizeof outputs);
${runs.join('\n')}
    print_bytes(0u, outputs, sizeof outputs);
    print_end(1u);
    platform_end();
    return 0;
}
`;
}

function tablesOf({ inputs }: UsedModel, m: number): string {
  const rows = inputs.map((input) => `{\n${initialiserLines(input).join('\n')}\n}`);
  return `static const uint8_t inputs_${m}[][${inputs[0]!.length}] = {${rows.join(',\n')}};`;
}
