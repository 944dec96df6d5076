/**
 * What Renode only warns of, and goes on; on a board it would be a fault, or nothing would work.
 * The driver reads the log for it, and so does the exported suite.
 */
export const FATAL_WARNINGS: readonly RegExp[] = [
  /(Read|Write)\w* (from|to) non existing peripheral/,
  /CPU abort/,
  // A register that is there, but has bits that the model ignores, is no fault.
  /Unhandled (read from|write to) offset (?!.*Unhandled bits)/,
  /[Uu]nimplemented (register|instruction)/,
];
