import type { TfliteOptions } from './records.ts';

/** An operator's options that remember which of their fields were asked for. */
export class ReadOptions implements TfliteOptions {
  readonly #options: TfliteOptions;
  readonly #read = new Set<number>();

  constructor(options: TfliteOptions) {
    this.#options = options;
  }

  byte(field: number, fallback?: number): number {
    return this.#note(field).byte(field, fallback);
  }

  int(field: number, fallback?: number): number {
    return this.#note(field).int(field, fallback);
  }

  float(field: number, fallback?: number): number {
    return this.#note(field).float(field, fallback);
  }

  bool(field: number): boolean {
    return this.#note(field).bool(field);
  }

  ints(field: number): readonly number[] {
    return this.#note(field).ints(field);
  }

  string(field: number): string | undefined {
    return this.#note(field).string(field);
  }

  fieldsSet(): readonly number[] {
    return this.#options.fieldsSet();
  }

  /** Fields that say something and that nobody asked for. */
  unread(): number[] {
    return this.fieldsSet().filter((field) => !this.#read.has(field));
  }

  #note(field: number): TfliteOptions {
    this.#read.add(field);
    return this.#options;
  }
}
