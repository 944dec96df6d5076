/** Longer lines are cut: whoever prints without ever ending a line must not fill the memory. */
const LONGEST = 4096;

/** Cuts a stream of text into lines; gives each to `take`, without its end. */
export class LineSplitter {
  #rest = '';
  readonly #take: (line: string) => void;

  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  push(text: string): void {
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      this.#take(this.#joined(text, from, end));
      this.#rest = '';
      from = end + 1;
    }
    this.#rest = this.#joined(text, from, text.length);
  }

  /** The last line, where it did not end. */
  end(): void {
    if (this.#rest !== '') this.#take(this.#rest);
    this.#rest = '';
  }

  #joined(text: string, from: number, end: number): string {
    const room = LONGEST - this.#rest.length;
    return room > 0 ? this.#rest + text.slice(from, Math.min(end, from + room)) : this.#rest;
  }
}

/** The first bytes of a stream, as text; what follows is dropped. */
export class Beginning {
  #text = '';

  constructor(readonly most: number) {}

  push(chunk: Buffer): void {
    if (this.#text.length < this.most)
      this.#text += chunk.toString('utf8', 0, this.most - this.#text.length);
  }

  get text(): string {
    return this.#text;
  }
}
