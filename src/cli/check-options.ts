import type { Command } from 'commander';
import { throwIfAny } from '../support/diagnostics.ts';
import { BUDGET_FILE } from './budget-file.ts';
import { CONFIG_FILE } from './config.ts';
import { idleOptions } from './idle-options.ts';
import { namesPlace, refusedFolder, refusedPlaces } from './named-files.ts';
import { refusedValues } from './option-values.ts';

/** Throws all that is wrong with a command's options, before it reads or writes anything. */
export function checkOptions(command: Command): void {
  throwIfAny(refusedFolder());
  const values: Readonly<Record<string, unknown>> = command.optsWithGlobals();
  const places = [...(command.parent?.options ?? []), ...command.options]
    .filter(namesPlace)
    .map((option) => [option.attributeName(), values[option.attributeName()]] as const);
  const operands = command.registeredArguments.map(
    (each, i) => [each.name(), each.variadic ? command.args.slice(i) : command.args[i]] as const,
  );
  const named = Object.fromEntries<unknown>([...places, ...operands]);
  throwIfAny([
    ...refusedPlaces(named, [CONFIG_FILE, BUDGET_FILE]),
    ...refusedValues(values),
    ...idleOptions(command),
  ]);
}
