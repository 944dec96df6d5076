import type { TfliteOptions } from './records.ts';

/** The options of an operator that has none: every field has its default. */
export const NO_OPTIONS: TfliteOptions = {
  byte: (_field: number, fallback = 0) => fallback,
  int: (_field: number, fallback = 0) => fallback,
  float: (_field: number, fallback = 0) => fallback,
  bool: () => false,
  ints: () => [],
  string: () => undefined,
  fieldsSet: () => [],
};
