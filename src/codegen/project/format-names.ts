/** Build systems for which `compile --format` writes what they read. */
export const FORMAT_NAMES = [
  'cmake',
  'make',
  'platformio',
  'arduino',
  'zephyr',
  'cmsis-pack',
] as const;

export type FormatName = (typeof FORMAT_NAMES)[number];
