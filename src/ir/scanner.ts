/** What a line has in the wrong place: `column` counts from 1. */
export class SyntaxFault extends Error {
  constructor(
    message: string,
    readonly column: number,
  ) {
    super(message);
  }
}

const STRING = /"(?:[^"\\]|\\.)*"/y;
const NUMBER = /-?(?:Infinity|NaN|\d+(?:\.\d+)?(?:e[+-]?\d+)?)/y;
const WORD = /true|false|null/y;
const MAX_DEPTH = 32;

/** Reads one line from left to right; spaces between tokens mean nothing. */
export class Scanner {
  #at = 0;
  /** Where the last token began. */
  #last = 0;

  constructor(readonly line: string) {
    this.#skipSpaces();
  }

  atEnd(): boolean {
    return this.#at === this.line.length;
  }

  /** Takes `text` if it comes next. */
  accept(text: string): boolean {
    if (!this.line.startsWith(text, this.#at)) return false;
    this.#advance(text.length);
    return true;
  }

  /** Takes `text`, which has to come next. */
  expect(text: string): void {
    if (!this.accept(text)) this.fail(`"${text}"`);
  }

  /** Takes what a sticky pattern matches; `what` names it where it does not. */
  take(pattern: RegExp, what: string): RegExpExecArray {
    const match = this.#match(pattern);
    return match ?? this.fail(what);
  }

  string(): string {
    const [text] = this.take(STRING, 'a text in double quotes');
    try {
      return JSON.parse(text) as string;
    } catch {
      return this.refuse(`${text} is no text as JSON writes it`);
    }
  }

  number(): number {
    return Number(this.take(NUMBER, 'a number')[0]);
  }

  /** `read` as often as commas join: all up to `close`, which is taken, too. */
  list<T>(close: string, read: () => T): T[] {
    const items: T[] = [];
    if (this.accept(close)) return items;
    do items.push(read());
    while (this.accept(','));
    this.expect(close);
    return items;
  }

  /** A value as `printLiteral` shows it. */
  literal(depth = 0): unknown {
    if (depth > MAX_DEPTH) this.fail('a value less deep');
    if (this.accept('[')) return this.list(']', () => this.literal(depth + 1));
    if (this.accept('{')) return Object.fromEntries(this.list('}', () => this.#member(depth)));
    const word = this.#match(WORD);
    if (word) return JSON.parse(word[0]) as unknown;
    if (this.line[this.#at] === '"') return this.string();
    return Number(this.take(NUMBER, 'a value')[0]);
  }

  /** Throws: what was taken last makes no sense. */
  refuse(message: string): never {
    throw new SyntaxFault(message, this.#last + 1);
  }

  /** Throws: `what` should have come next. */
  fail(what: string): never {
    const rest = this.line.slice(this.#at, this.#at + 20);
    throw new SyntaxFault(
      `expected ${what}, found ${rest ? JSON.stringify(rest) : 'the end of the line'}`,
      this.#at + 1,
    );
  }

  #member(depth: number): [string, unknown] {
    const key = this.string();
    this.expect(':');
    return [key, this.literal(depth + 1)];
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.line);
    if (match) this.#advance(match[0].length);
    return match;
  }

  #advance(count: number): void {
    this.#last = this.#at;
    this.#at += count;
    this.#skipSpaces();
  }

  #skipSpaces(): void {
    while (this.line[this.#at] === ' ') this.#at++;
  }
}
