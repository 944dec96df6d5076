import { struct } from '../struct.ts';
import type { KernelUnit, Unit } from '../unit.ts';
import { turnUnit, twinView, walkUnit as columnWalkUnit } from './strip-units.ts';
import type { LooseForm, StripVariant } from './strip-units.ts';
import type { Walk } from './strip-window.ts';
import { WINDOW } from './structs.ts';

export const LINES = struct(
  'nn_depthwise_lines',
  'Depthwise windows along lines of words of four rows: see nn_lines.h.',
  {
    window: WINDOW,
    input_zero: 'int16_t',
    zero: 'int16_t',
    low: 'int16_t',
    high: 'int16_t',
    depth: 'int16_t',
    tile: 'int16_t',
    columns: 'int16_t',
    words: 'int16_t',
    full: 'int16_t',
    single: 'int16_t',
    channel_words: 'int16_t',
    all: 'int16_t',
    channels: 'const uint32_t *',
  },
);

/** How doubled sums become outputs. */
export const LINE_FORMS: readonly LooseForm[] = ['floor', 'right', 'any', 'single'];

export interface LineVariant {
  readonly form: LooseForm;
  readonly clamps: boolean;
  /** The weights have a zero point, and are stored as halves less it. */
  readonly zeroed: boolean;
  readonly stride: 1 | 2;
}

/** Every variant that there may be. */
export const LINE_VARIANTS: readonly LineVariant[] = LINE_FORMS.flatMap((form) =>
  [false, true].flatMap((clamps) =>
    (form === 'single' ? [false, true] : [false]).flatMap((zeroed) =>
      ([1, 2] as const).map((stride) => ({ form, clamps, zeroed, stride })),
    ),
  ),
);

const PARAMETERS =
  'const int8_t *input, int8_t *output, uint32_t *scratch, int32_t first, int32_t last';
const HEADERS = ['nn_lines.h', 'nn_strips.h'];
const OPAQUE = ['nn_line_walk'];
/** Ten registers that the walk keeps for its caller, and its frame. */
const STACK_BYTES = 40 + 48;

/** The C function of a layer, and the assembly that it leads along. */
export function lineUnit(variant: LineVariant): KernelUnit<typeof LINES.members> {
  const { clamps, stride } = variant;
  const steps = [
    turnUnit(1, 16, 'in'),
    turnUnit(1, 16, clamps ? 'out_clamp' : 'out'),
    walkUnit(variant),
  ];
  const name = `nn_depthwise_lines${suffixOf(variant)}${clamps ? '_clamp' : ''}`;
  return {
    name,
    language: 'c',
    template: 'depthwise/lines.c.ejs',
    view: {
      ...{ clamps, stride: String(stride) },
      ...{ in: steps[0]!.name, out: steps[1]!.name, walk: steps[2]!.name },
    },
    ...layerUnit(name, steps),
  };
}

/** Windows of one column that there are walks for. */
export const COLUMN_WALKS: readonly Walk[] = [3, 5, 7, 9].flatMap((height) =>
  ([1, 2] as const).map((stride): Walk => {
    return { height, width: 1, stride: [stride, stride], line: true };
  }),
);

/** The C function of a layer of one column. */
export function columnUnit(variant: StripVariant): KernelUnit<typeof LINES.members> {
  const { walk, form, clamps, zeroed } = variant;
  const steps = [
    turnUnit(1, 16, 'in'),
    turnUnit(1, 16 * walk.stride[0], clamps ? 'out_clamp' : 'out'),
    columnWalkUnit(variant),
  ];
  const suffix = `${form}${zeroed ? '_zero' : ''}${clamps ? '_clamp' : ''}`;
  const name = `nn_depthwise_column_${walk.height}_s${walk.stride[0]}_dsp_${suffix}`;
  return {
    name,
    language: 'c',
    template: 'depthwise/strips.c.ejs',
    view: {
      ...twinView(variant),
      ...{ in: steps[0]!.name, out: steps[1]!.name, walk: steps[2]!.name },
    },
    ...layerUnit(name, steps, ['nn_dsp.h']),
  };
}

// What the C functions of layers have in common, and what they call.
function layerUnit(name: string, steps: readonly Unit[], headers: readonly string[] = []) {
  const across: Unit = {
    name: 'nn_depthwise_across_dsp',
    language: 'c',
    template: 'depthwise/across.c.ejs',
    view: {},
    headers: HEADERS,
    prototype: `void nn_depthwise_across_dsp(const ${LINES.name} *layer, const void *steps, ${PARAMETERS})`,
    structs: [LINES],
    uses: steps,
    opaque: OPAQUE,
  };
  return {
    headers: [...HEADERS, ...headers],
    prototype: `void ${name}(const ${LINES.name} *layer, ${PARAMETERS})`,
    struct: LINES,
    structs: [LINES],
    uses: [across],
  };
}

function walkUnit(variant: LineVariant): Unit {
  const name = `nn_line_walk${suffixOf(variant)}`;
  const { form, zeroed, stride } = variant;
  return {
    name,
    language: 's',
    template: 'depthwise/line-walk.S.ejs',
    twin: 'depthwise/line-walk.c.ejs',
    view: { form, zeroed, stride: String(stride) },
    headers: ['nn_asm.h', 'nn_strip_asm.h', 'nn_lines.h', 'nn_strips.h', 'nn_dsp.h'],
    prototype: `void ${name}(const nn_line_walk *walk, const uint32_t *channel)`,
    structs: [],
    uses: [],
    stackBytes: STACK_BYTES,
    opaque: OPAQUE,
  };
}

function suffixOf({ form, zeroed, stride }: LineVariant): string {
  return `_s${stride}_dsp_${form}${zeroed ? '_zero' : ''}`;
}
