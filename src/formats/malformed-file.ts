import { CompileError } from '../support/diagnostics.ts';

/** The bytes do not follow the format; importing adds the file's name. */
export class MalformedFile extends CompileError {
  /** What is wrong, without code and hint. */
  readonly reason: string;

  constructor(reason: string) {
    super({
      code: 'malformed-model',
      message: reason,
      hint: 'the file is damaged or cut short; export or download it again',
    });
    this.reason = reason;
  }
}
