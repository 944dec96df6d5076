import type { Outcome } from '../emulate/driver.ts';
import type { Program } from '../pipeline.ts';
import { CompileError } from '../support/diagnostics.ts';
import { printable } from '../support/printable.ts';

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
