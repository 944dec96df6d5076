import type { GraphBuilder } from '../ir/graph.ts';
import type { TensorId, TensorType } from '../ir/types.ts';
import { elements } from '../ir/types.ts';
import { CompileError } from '../support/diagnostics.ts';
import { shorten } from '../support/identifiers.ts';
import { copyOf } from './copy-of.ts';

/** Each output has memory of its own: constants, inputs and repeated outputs are copied there. */
export function copyOutputs(
  builder: GraphBuilder,
  inputs: readonly TensorId[],
  outputs: readonly TensorId[],
  file: string,
): TensorId[] {
  const taken = new Set(inputs);
  return outputs.map((id) => {
    const { name, data, ...type } = builder.tensor(id);
    if (!data && !taken.has(id)) {
      taken.add(id);
      return id;
    }
    const reason = rejectCopy(type);
    if (reason) {
      throw new CompileError({
        code: 'unsupported-operator',
        message: `its output "${shorten(name)}" ${reason}`,
        where: file,
        hint: 'cut the model before it',
      });
    }
    return copyOf(builder, id, file);
  });
}

function rejectCopy(type: TensorType): string | undefined {
  if (elements(type) === 0) return 'is empty';
  return type.quant && type.quant.scales.length > 1 ? 'has a scale per channel' : undefined;
}
