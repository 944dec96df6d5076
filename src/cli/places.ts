import type { Where } from '../workflow/execute.ts';
import { choiceOption, offering } from './option-values.ts';

/** Where a model can run without a board. */
export const PLACES: readonly (Where | 'reference')[] = ['reference', 'host', 'qemu', 'renode'];

export type Place = (typeof PLACES)[number] | { readonly port: string };

const oneOfPlaces = choiceOption('--on', PLACES);

/** 'qemu', or 'serial:/dev/ttyACM0'. */
export const placeOption = offering(oneOfPlaces.choices, (text): Place => {
  const [, port] = /^serial:(.+)$/s.exec(text) ?? [];
  return port === undefined ? oneOfPlaces(text) : { port };
});
