import { memoise } from '../../support/memoise.ts';
import { struct } from '../struct.ts';
import type { KernelUnit, Unit } from '../unit.ts';
import { walkCode } from './strip-walk.ts';
import { channelWords, placesOf } from './strip-weights.ts';
import { isRolled, recordWords, rowOrder, tapWords, wordsOf } from './strip-window.ts';
import type { Walk } from './strip-window.ts';
import { WINDOW } from './structs.ts';

export const STRIPS = struct(
  'nn_depthwise_strips',
  'Depthwise windows along records of columns: see nn_strips.h.',
  {
    window: WINDOW,
    input_zero: 'int16_t',
    zero: 'int16_t',
    low: 'int16_t',
    high: 'int16_t',
    words: 'int16_t',
    most: 'int16_t',
    tile: 'int16_t',
    batch: 'int16_t',
    records: 'int16_t',
    channel_words: 'int16_t',
    order: ['int8_t', 4],
    channels: 'const uint32_t *',
  },
);

/**
 * How doubled sums become outputs: `floor` where all below the zero point saturates, `right` where
 * all shifts are to the right, `any` where some are none, `single` for one rounding. `fixed` and
 * `single_fixed` are `floor` and `single` with sums that are shifted to the left so far that all channels
 * have the same last shift: see fixedShift.
 */
export const FORMS = ['fixed', 'floor', 'right', 'any', 'single_fixed', 'single'] as const;
export type Form = (typeof FORMS)[number];
/** Those that have no fixed last shift. */
export type LooseForm = Exclude<Form, 'fixed' | 'single_fixed'>;

export interface StripVariant {
  readonly walk: Walk;
  readonly form: Form;
  readonly clamps: boolean;
  /** The weights have a zero point: in legacy models, which round once. */
  readonly zeroed: boolean;
}

/** Every variant that there may be of a form. */
export function variantsOf(walk: Walk, form: Form): StripVariant[] {
  return [false, true].flatMap((clamps) =>
    (form.startsWith('single') ? [false, true] : [false]).map((zeroed) => {
      return { walk, form, clamps, zeroed };
    }),
  );
}

/** Windows that there are walks for. */
export const WALKS: readonly Walk[] = [
  ...[3, 5, 7].flatMap((size) => [walkOf(size, size, 1), walkOf(size, size, 2)]),
  ...[3, 5, 7].flatMap((size) => [walkOf(1, size, 1), walkOf(size, 1, 1)]),
];

function walkOf(height: number, width: number, stride: number): Walk {
  return { height, width, stride: [stride, stride] };
}

/** Where the assembly of walk.S keeps the weights of a channel, above what else it keeps. */
const WEIGHTS_AT = 40;
/** Ten registers that a function keeps for its caller. */
const SAVED_BYTES = 40;

/** The C function of a layer, and the assembly that it leads along. */
export function stripUnit(variant: StripVariant): KernelUnit<typeof STRIPS.members> {
  const { walk, form, clamps, zeroed } = variant;
  const window = `${walk.height}x${walk.width}_s${walk.stride[0]}`;
  const words = wordsOf(walk);
  const steps = [
    turnUnit(words, 16 * words, 'in'),
    turnUnit(words, 16 * words * walk.stride[1], clamps ? 'out_clamp' : 'out'),
    walkUnit(variant),
  ];
  const along: Unit = {
    name: 'nn_depthwise_along_dsp',
    language: 'c',
    template: 'depthwise/along.c.ejs',
    view: {},
    headers: ['nn_strips.h'],
    prototype: `void nn_depthwise_along_dsp(const ${STRIPS.name} *layer, const void *steps, ${PARAMETERS})`,
    structs: [STRIPS],
    uses: steps,
  };
  const name = `nn_depthwise_${window}_dsp_${form}${zeroed ? '_zero' : ''}${clamps ? '_clamp' : ''}`;
  return {
    name,
    language: 'c',
    template: 'depthwise/strips.c.ejs',
    view: {
      ...twinView(variant),
      in: steps[0]!.name,
      out: steps[1]!.name,
      walk: steps[2]!.name,
    },
    headers: ['nn_strips.h', 'nn_dsp.h'],
    prototype: `void ${name}(const ${STRIPS.name} *layer, ${PARAMETERS})`,
    struct: STRIPS,
    structs: [STRIPS],
    uses: [along],
  };
}

const PARAMETERS =
  'const int8_t *input, int8_t *output, uint32_t *scratch, int32_t first, int32_t last';

/** What the portable twins print. */
export function twinView({ walk, form, clamps, zeroed }: StripVariant): Unit['view'] {
  const places = placesOf(walk);
  return {
    ...{ form, clamps, zeroed },
    height: String(walk.height),
    width: String(walk.width),
    strideY: String(walk.stride[0]),
    strideX: String(walk.stride[1]),
    words: String(recordWords(walk)),
    line: walk.line ?? false,
    channelWords: String(channelWords(places)),
    places: places.taps.join(', '),
    shiftAt: String(places.shift),
    zeroAt: String(places.zero),
    order: rowOrder(walk).join(', '),
    strips: isRolled(walk),
  };
}

/** Turns words of records whose channels have so many, from column to column `pitch` bytes. */
export function turnUnit(words: number, pitch: number, way: 'in' | 'out' | 'out_clamp'): Unit {
  const name = `nn_turn_${way}_dsp_${words}_${pitch}`;
  return {
    name,
    language: 's',
    template: 'depthwise/turn.S.ejs',
    view: {
      words: String(words),
      pitch: String(pitch),
      out: way !== 'in',
      clamps: way === 'out_clamp',
    },
    headers: ['nn_asm.h'],
    prototype: `void ${name}(const void *turn)`,
    structs: [],
    uses: [],
    stackBytes: SAVED_BYTES + 8,
  };
}

const codeOf = memoise((walk: Walk) => walkCode(walk, WEIGHTS_AT));

/** The assembly that walks along records, or along a line of words. */
export function walkUnit({ walk, form, zeroed }: StripVariant): Unit {
  const kind = walk.line ? '_line' : '';
  const name = `nn_walk_${walk.height}x${walk.width}${kind}_s${walk.stride[0]}_dsp_${form}${zeroed ? '_zero' : ''}`;
  const pairs = tapWords(walk).length;
  const { before, column } = codeOf(walk);
  const rolled = isRolled(walk);
  return {
    name,
    language: 's',
    template: `depthwise/${rolled ? 'walk-3x3' : 'walk'}.S.ejs`,
    view: {
      ...{ form, zeroed },
      words: String(recordWords(walk)),
      strideX: String(walk.stride[1]),
      pairs: String(pairs),
      before: before.join('\n'),
      column: column.join('\n'),
    },
    headers: ['nn_asm.h', 'nn_strip_asm.h'],
    prototype: `void ${name}(uint32_t *records, const uint32_t *channels, int32_t columns, int32_t strips, int32_t odd_zero)`,
    structs: [],
    uses: [],
    stackBytes: SAVED_BYTES + (rolled ? 56 : WEIGHTS_AT + 8 * Math.ceil(pairs / 2)),
  };
}
