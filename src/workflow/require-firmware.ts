import type { Outcome } from '../emulate/driver.ts';
import type { Program } from '../pipeline.ts';
import { CompileError } from '../support/diagnostics.ts';
import { printable } from '../support/printable.ts';

/** Throws where an emulator was to count instructions and did not: no figure is better than a wrong one. */
export function requireCounted({ instructions }: Outcome, where: string): void {
  if (instructions === undefined || (Number.isSafeInteger(instructions) && instructions > 0))
    return;
  throw notCounted(`no instructions were counted (${instructions})`, where);
}

/** The error for a run whose outputs are there, and whose counts are not. */
export function notCounted(message: string, where: string): CompileError {
  return new CompileError(
    {
      code: 'output-incomplete',
      message,
      where,
      hint: 'thimble doctor shows which emulator was found',
    },
    'run-failed',
  );
}

/** Throws when the firmware that answered is not this program's: another name, or other weights. */
export function requireFirmware(
  { banner }: Outcome,
  { name, library }: Program,
  where: string,
  hint: string,
): void {
  if (banner.model === name && banner.crc === library.weightsCrc) return;
  const found = `"${printable(banner.model)}" with weights ${printable(banner.crc)}`;
  throw new CompileError(
    {
      code: 'wrong-firmware',
      message: `what ran is ${found}, not "${name}" with ${library.weightsCrc}`,
      where,
      hint,
    },
    'run-failed',
  );
}
