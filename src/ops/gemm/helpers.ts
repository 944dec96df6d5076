import type { Struct } from '../struct.ts';
import { languageOf } from '../unit.ts';
import type { Unit } from '../unit.ts';
import { CONV_GEMM, DENSE_GEMM } from './structs.ts';

/** Pairs of taps that nn_gemm_4x2 can take: its inner loop is unrolled so far. */
export const LARGEST_PAIRS = 72;

const OPAQUE = ['nn_gemm', 'nn_gemm_call', 'nn_lines', 'nn_dense_job', 'nn_dense_call'];

interface Helper {
  /** In assembly, with a twin. */
  readonly assembly?: boolean;
  /** Beside nn_dsp.h: nn_gemm.h if none is named. */
  readonly header?: string;
  readonly view?: Unit['view'];
  readonly uses?: readonly Unit[];
}

// A function that kernels call; those in assembly leave 60 bytes at most on the stack.
function helper(name: string, declaration: string, template: string, own: Helper): Unit {
  const [result, parameters] = declaration.split(' <- ') as [string, string];
  return {
    name,
    ...languageOf({
      template: template.includes('/') ? template : `gemm/${template}`,
      ...(own.assembly && { assembly: { stackBytes: 60 } }),
    }),
    view: own.view ?? {},
    headers: [
      ...(own.assembly ? ['nn_asm.h', 'nn_gemm_asm.h'] : []),
      ...['nn_dsp.h', own.header ?? 'nn_gemm.h'],
    ],
    prototype: `${result} ${name}(${parameters})`,
    structs: [CONV_GEMM, DENSE_GEMM] as readonly Struct[],
    opaque: OPAQUE,
    uses: own.uses ?? [],
  };
}

// What assembly alone calls: its twin's work is part of other twins.
function assemblyOnly(name: string, template: string, view: Unit['view']): Unit {
  const unit = helper(name, 'void <- void', template, { assembly: true, view });
  return { ...unit, twin: undefined };
}

/** The loop of those nn_gemm_4x2 that have none of their own. */
export function block(): Unit {
  return assemblyOnly('nn_gemm_4x2_block', 'gemm-4x2-block', { pairs: String(LARGEST_PAIRS) });
}

/** Gathers a group whose windows lie in one row, for the assembly of kernels. */
export function widenGroup(group: '4' | '2', order: Order = 'split'): Unit {
  const { suffix, view } = orderView(order);
  return assemblyOnly(`nn_widen_group_${group}${suffix}`, 'widen-group', { group, ...view });
}

/** The order of a window's taps: as two SXTB16 leave four of them, or as they lie. */
type Order = 'split' | 'natural';

/** What a call starts with that computes `group` pixels at a time. */
export function begin(group: '8' | '4' | '2', special: boolean, order: Order = 'split'): Unit {
  const view = orderView(order);
  return helper(
    `nn_gemm_begin_${group}${special ? '_special' : ''}${view.suffix}`,
    'void <- nn_gemm *job, const nn_gemm_call *call',
    'begin',
    {
      view: { group, special, ...view.view },
      uses: [gather(group, order), ...(special ? [exact()] : [])],
    },
  );
}

function orderView(order: Order) {
  return order === 'natural'
    ? { suffix: '_natural', view: { natural: true } }
    : { suffix: '', view: {} };
}

function exact(): Unit {
  const parameters = 'void <- const nn_gemm *job, const uint32_t *pixels, int32_t group';
  return helper('nn_gemm_exact', parameters, 'exact', {});
}

function gather(group: '8' | '4' | '2', order: Order): Unit {
  const { suffix, view } = orderView(order);
  const widen = (name: string, template: string, uses: Unit[]) =>
    helper(
      `${name}_${group}${suffix}`,
      'void <- const int8_t *from, uint32_t *to, const nn_lines *lines',
      template,
      { assembly: true, view: { group, ...view }, uses },
    );
  const name = `nn_gather_${group}${suffix}`;
  return helper(name, 'int32_t <- nn_gemm *job, uint32_t *pixels', 'gather', {
    view: { group, ...view },
    uses:
      group === '8'
        ? lanes()
        : [
            widen('nn_widen_windows', 'widen-windows', [widenGroup(group, order)]),
            widen('nn_widen_window', 'widen-window', []),
          ],
  });
}

function lanes(): Unit[] {
  const one = helper(
    'nn_widen_lane',
    'void <- const int8_t *from, uint32_t *pixels, int32_t pixel, const nn_lines *lines',
    'sparse/widen-lane',
    {},
  );
  const all = 'void <- const int8_t *from, uint32_t *to, const nn_lines *lines';
  return [one, helper('nn_widen_lanes', all, 'sparse/widen-lanes', { assembly: true })];
}

/** What a call of the fully connected kernels starts with; it sums the inputs for weights with a zero point. */
export function denseBegin(weights: '' | 'special' | 'nibbles'): Unit {
  return helper(
    `nn_dense_begin${weights && `_${weights}`}`,
    'void <- nn_dense_job *job, const nn_dense_call *call',
    'dense-begin',
    {
      header: 'nn_dense_pairs.h',
      view: { special: weights === 'special', nibbles: weights === 'nibbles' },
    },
  );
}
