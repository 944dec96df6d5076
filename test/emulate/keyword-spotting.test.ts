import { expect, it } from 'vitest';
import { spot, spotInFirmware } from '../../examples/keyword-spotting/spotter.ts';
import type { Spotter } from '../../examples/keyword-spotting/spotter.ts';
import { loadModel } from '../../src/workflow/load-model.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { hasShared, modelFile } from '../support/shared.ts';
import { SEED } from '../support/seeds.ts';
import { synthesise } from '../support/sounds.ts';

it.skipIf(!hasShared)(
  'PCM in, 20 ms at a time, spotted words out: firmware as the reference',
  async () => {
    const model = await loadModel(modelFile('micro_speech_quantized'));
    const spotter: Spotter = { model, preset: 'micro_speech', firstWord: 0, lastWord: 3 };
    const sounds = Object.values(synthesise(24_000, SEED));
    const heard = await spotInFirmware(spotter, loadBoard('nrf52840-dk'), sounds);
    expect(heard).toEqual(sounds.map((sound) => spot(spotter, sound)));
    // Of nine sounds, silence among them, the model takes some for one of its classes for long.
    expect(heard.some(({ word }) => word !== undefined)).toBe(true);
  },
);
