/** Raised on Ctrl-C: exit code 130. */
export class Interrupted extends Error {}
