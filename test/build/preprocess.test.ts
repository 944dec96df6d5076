import { expect, it } from 'vitest';
import { initialiserLines } from '../../src/codegen/literals.ts';
import { emitPreprocess } from '../../src/codegen/preprocess.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { GraphBuilder } from '../../src/ir/graph.ts';
import { argmax, outputReals } from '../../src/ir/reals.ts';
import type { TensorType } from '../../src/ir/types.ts';
import { framePicture, PIXELS } from '../../src/preprocess/frame.ts';
import type { Frame } from '../../src/preprocess/frame.ts';
import { planPicture } from '../../src/preprocess/picture-plan.ts';
import type { PicturePlan } from '../../src/preprocess/picture-plan.ts';
import { pictureTensor } from '../../src/preprocess/picture-tensor.ts';
import { preprocessSettings } from '../../src/preprocess/settings.ts';
import { concatBytes } from '../../src/support/bytes.ts';
import { Random } from '../../src/support/random.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { PUT } from '../support/firmware-text.ts';
import { printedBy } from '../support/preprocess-firmware.ts';
import { SEED } from '../support/seeds.ts';
import { smallNetwork } from '../support/small-model.ts';

const quant = (scale: number, zero: number) => ({ scales: [scale], zeroPoints: [zero], axis: 0 });

function planOf(type: TensorType, settings: object): PicturePlan {
  const builder = new GraphBuilder();
  const input = builder.addTensor('image', type);
  return planPicture(builder.finish('image', [input], [input]), preprocessSettings.parse(settings));
}

/** Every fit, order of channels, type, layout, and both forms of values: a sum, and tables. */
const PLANS: Readonly<Record<string, PicturePlan>> = {
  cover_sum: planOf({ dtype: 'int8', shape: [1, 9, 7, 3], quant: quant(1 / 255, -128) }, {}),
  contain_grey: planOf(
    { dtype: 'uint8', shape: [1, 6, 11, 1], quant: quant(0.0171, 114) },
    {
      ...{ fit: 'contain', background: 77, mean: 120.5, std: 61 },
      crop: { left: 0.1, top: 0.25, width: 0.8, height: 0.6 },
    },
  ),
  stretch_planes: planOf(
    { dtype: 'float32', shape: [1, 3, 5, 8] },
    { fit: 'stretch', channels: 'bgr', mean: [103.9, 116.8, 123.7], std: [57.4, 57.1, 58.4] },
  ),
  contain_tables: planOf(
    { dtype: 'int8', shape: [1, 10, 4, 3], quant: quant(0.021, 3) },
    { fit: 'contain', crop: 0.7, channels: 'bgr', background: 200, mean: [9, 99, 120], std: 60 },
  ),
};

const random = new Random(SEED);
const FRAMES: readonly Frame[] = PIXELS.flatMap((pixels) =>
  (
    [
      [24, 15],
      [6, 31],
      [40, 3],
    ] as const
  ).map(([width, height]) => {
    const bytes = pixels === 'grey' ? 1 : pixels.endsWith('888') ? 3 : 2;
    const stride = width * bytes + (random.next() % 5);
    // Half of the levels are extreme: sums and clamps go as far as they can.
    const level = () => (random.next() & 1 ? random.next() & 255 : random.next() & 2 ? 255 : 0);
    const data = Uint8Array.from({ length: stride * height }, level);
    return { ...{ pixels, width, height, stride }, data };
  }),
);

/** Frames that are none: no width, too short a stride, pixels without a partner, too many of them. */
const REFUSED = [
  '{bytes0, THIMBLE_GREY, 0u, 4u, 8u}',
  '{bytes0, THIMBLE_RGB888, 4u, 4u, 11u}',
  '{bytes0, THIMBLE_YUYV, 5u, 4u, 64u}',
  '{bytes0, THIMBLE_GREY, 65535u, 65535u, 65535u}',
];

const network = smallNetwork();
const INPUT_BYTE = 3;

// What the firmware prints for each frame: inputs of all plans, what it says of frames that are none, a class.
function expected(frame: Frame): Uint8Array {
  const inputs = Object.values(PLANS).map((plan) =>
    pictureTensor(framePicture(frame, plan.channels === 'grey'), plan),
  );
  const reference = new Interpreter(network);
  const output = reference.runBytes(new Uint8Array(reference.inputBytes).fill(INPUT_BYTE));
  const top = argmax(outputReals(network, output)[0]!);
  return concatBytes([...inputs, Uint8Array.from(REFUSED, () => 0), Uint8Array.of(top)]);
}

function mainOf(): string {
  const plans = Object.entries(PLANS).map(([name, plan], i) => {
    const ctype = { int8: 'int8_t', uint8: 'uint8_t', float32: 'float' }[plan.dtype as 'int8'];
    const elements = plan.width * plan.height * plan.tables.length;
    const row = plan.width * plan.tables.length;
    const call =
      i % 2 === 1
        ? `for (uint32_t y = 0u; y < ${plan.height}u; y++) { if (!${name}_preprocess_row(&frames[k], y, to + y * ${row}u)) { platform_put('!'); } }`
        : `if (!${name}_preprocess(&frames[k], to)) { platform_put('!'); }`;
    return `{ static ${ctype} to[${elements}]; ${call} put(k, (const uint8_t *)to, sizeof to); }`;
  });
  const frame = ({ pixels, width, height, stride }: Frame, i: number) =>
    `{bytes${i}, THIMBLE_${pixels.toUpperCase()}, ${width}u, ${height}u, ${stride}u}`;
  return `
#include "small.h"
#include "platform.h"
#include <stdio.h>
#include <string.h>
${Object.keys(PLANS)
  .map((name) => `#include "${name}_preprocess.h"`)
  .join('\n')}
${FRAMES.map(({ data }, i) => `static const uint8_t bytes${i}[] = {\n${initialiserLines(data).join('\n')}\n};`).join('\n')}
static const thimble_frame frames[] = {${FRAMES.map(frame).join(', ')}};
static const thimble_frame refused[] = {${REFUSED.join(', ')}};
${PUT}int main(void)
{
    platform_begin();
    print("thimble 1 small in 0 out 0 crc 00000000\\n");
    for (uint32_t k = 0u; k < ${FRAMES.length}u; k++) {
        offset = 0u;
        ${plans.join('\n        ')}
        for (uint32_t i = 0u; i < ${REFUSED.length}u; i++) {
            int8_t none[1];
            const uint8_t taken = cover_sum_preprocess(&refused[i], none) ? 1u : 0u;
            put(k, &taken, 1u);
        }
        memset(small_input(), ${INPUT_BYTE}, SMALL_INPUT_BYTES);
        small_invoke();
        const uint8_t top = (uint8_t)small_top1();
        put(k, &top, 1u);
    }
    print("thimble done ${FRAMES.length} vectors 0 ticks\\n");
    platform_end();
    return 0;
}
`;
}

const preprocess = new Map(
  Object.entries(PLANS).flatMap(([name, plan]) => [...emitPreprocess(name, plan)]),
);

it.each(['host', 'qemu'] as const)(
  'frames of every kind become the inputs that the reference makes of them: %s',
  async (where) => {
    const board = loadBoard('mps2-an386');
    const wanted = FRAMES.map(expected);
    const firmware = {
      ...{ graph: network, preprocess, main: mainOf() },
      ...{ blocks: wanted.length, blockBytes: wanted[0]!.length },
    };
    expect(await printedBy(firmware, where, board)).toEqual(wanted);
  },
);

it('a sum needs no table, and channels that are alike share one', () => {
  const tables = (name: string) =>
    /values\[(\d)\]\[256\]/.exec(preprocess.get(`${name}_preprocess.c`)!)?.[1];
  expect(Object.keys(PLANS).map(tables)).toEqual([undefined, '1', '3', '3']);
});
