import { z } from 'zod';
import { parseSize } from '../support/bytes.ts';

export const CPUS = ['cortex-m0plus', 'cortex-m3', 'cortex-m4', 'cortex-m7', 'cortex-m33'] as const;

/** How the core reaches a memory, fastest first: on a bus of its own, on the chip, on pins. */
export const SPEEDS = ['tightly-coupled', 'internal', 'external'] as const;

/** Texts and numbers of a board.json reach C, linker scripts and an emulator's scripts: none may be more than it says. */
const identifier = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const UINT32 = 2 ** 32 - 1;

/** A sentence for people: one line, nothing invisible. */
const line = (most: number) =>
  z
    .string()
    .regex(
      /^(?=.*[^ ])[^\p{C}\p{Zl}\p{Zp}]+$/u,
      'one line of text without control or invisible characters',
    )
    .max(most, `at most ${most} characters`);

const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{8}$/, 'an address such as "0x20000000"')
  .transform(Number);

/** Where a 32-bit access goes: a core may fault on an address that is no multiple of 4. */
const wordAddress = address.refine((value) => value % 4 === 0, 'a multiple of 4');

const size = z.string().transform((text, context) => {
  const bytes = parseSize(text);
  if (bytes !== undefined && bytes <= UINT32 && bytes % 8 === 0) return bytes;
  context.addIssue({
    code: 'custom',
    message: 'a size such as "128K" or "1M", of less than 4096M, a multiple of 8 bytes',
  });
  return z.NEVER;
});

const region = { start: wordAddress, size };

const memory = z.strictObject({
  // What GNU ld takes for its own words in MEMORY.
  name: z
    .string()
    .regex(
      /^(?!(?:o|l|org|len|origin|length)$)[a-z][a-z0-9_]{0,31}$/,
      'a lower-case name, and none that the linker knows',
    ),
  kind: z.enum(['flash', 'ram']),
  ...region,
  /** Buffers go to the fastest memory that has room, among equals to the first of the list. */
  speed: z.enum(SPEEDS).default('internal'),
  /** What gives it a clock; no data and no stack can lie where only `console.setup` does. */
  clock: z.enum(['reset', 'setup']).default('reset'),
});

const word = z
  .string()
  .regex(/^0x[0-9a-fA-F]{1,8}$/, 'bits such as "0x00000080"')
  .transform(Number);

/** One step of bringing up clocks and pins: set and clear bits of a register, or wait for bits. */
const setupStep = z.strictObject({
  register: z.string().regex(identifier, 'the name of a register'),
  address: wordAddress,
  set: word.default(0),
  clear: word.default(0),
  wait: word.refine((bits) => bits > 0, 'one bit at least').optional(),
});

const hertz = z.number().int().min(32_000).max(UINT32);

const console_ = z.strictObject({
  /** Clock of the UART as `setup` leaves it; the divisor is this by the baud rate. */
  clockHz: hertz,
  setup: z.array(setupStep).max(256).default([]),
  driver: z.enum(['cmsdk-uart', 'stm32-usart', 'stm32-usart-v2', 'nrf-uarte', 'pl011']),
  base: wordAddress,
  baud: z.number().int().min(300).max(10_000_000),
});

const qemu = z.strictObject({
  machine: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, 'the name of a machine of QEMU'),
  timer: wordAddress,
  ticksPerInstruction: z.number().min(0.001).max(1000),
  vectors: z.strictObject(region),
});

const renode = z.strictObject({
  platform: z
    .string()
    .regex(
      /^(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}\/)*[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/,
      "a file in the board's folder",
    )
    .max(255),
  uart: z
    .string()
    // Another first word would be a command of Renode's monitor.
    .regex(/^sysbus(?:\.[A-Za-z_]\w{0,63})+$/, 'a name such as "sysbus.usart1"')
    .max(255),
  mips: z.number().int().min(1).max(100_000),
  vectors: z.strictObject(region),
});

/** board.json: every key is known, every value in its range. What spans keys is in board-rules.ts. */
export const boardFile = z.strictObject({
  $schema: line(1000).optional(),
  title: line(120),
  source: line(1000),
  cpu: z.enum(CPUS),
  features: z.array(z.enum(['dsp', 'fpu', 'fpu-double'])).max(3),
  clockHz: hertz,
  memory: z.array(memory).min(2).max(16),
  console: console_,
  emulators: z.strictObject({ qemu: qemu.optional(), renode: renode.optional() }),
});

export type BoardFile = z.input<typeof boardFile>;
export type CheckedBoardFile = z.output<typeof boardFile>;
export type Memory = CheckedBoardFile['memory'][number];
