import { z } from 'zod';
import { parseSize } from '../support/bytes.ts';

export const CPUS = ['cortex-m0plus', 'cortex-m3', 'cortex-m4', 'cortex-m7', 'cortex-m33'] as const;
export type Cpu = (typeof CPUS)[number];

const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{8}$/, 'an address such as "0x20000000"')
  .transform(Number);

const size = z.string().transform((text, context) => {
  const bytes = parseSize(text);
  if (bytes === undefined) {
    context.addIssue({ code: 'custom', message: 'a size such as "128K" or "1M"' });
    return z.NEVER;
  }
  return bytes;
});

const memory = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/, 'a lower-case name'),
  kind: z.enum(['flash', 'ram']),
  start: address,
  size,
});

const word = z
  .string()
  .regex(/^0x[0-9a-fA-F]{1,8}$/, 'bits such as "0x00000080"')
  .transform(Number);

/** One step of bringing up clocks and pins: set and clear bits of a register, or wait for bits. */
const setupStep = z.strictObject({
  register: z.string().min(1),
  address,
  set: word.default(0),
  clear: word.default(0),
  wait: word.optional(),
});

const console_ = z.strictObject({
  /** Clock of the UART as `setup` leaves it; the divisor is this by the baud rate. */
  clockHz: z.number().int().positive(),
  setup: z.array(setupStep).default([]),
  driver: z.enum(['cmsdk-uart', 'stm32-usart', 'stm32-usart-v2', 'nrf-uarte', 'pl011']),
  base: address,
  baud: z.number().int().positive(),
});

const boardFile = z.strictObject({
  $schema: z.string().optional(),
  title: z.string().min(1),
  source: z.string().min(1),
  cpu: z.enum(CPUS),
  features: z.array(z.enum(['dsp', 'fpu', 'fpu-double'])),
  clockHz: z.number().int().positive(),
  memory: z.array(memory).min(2),
  console: console_,
  emulators: z.strictObject({
    qemu: z
      .strictObject({
        machine: z.string(),
        timer: address,
        ticksPerInstruction: z.number().positive(),
        vectors: z.strictObject({ start: address, size }),
      })
      .optional(),
    renode: z
      .strictObject({
        platform: z.string(),
        uart: z.string(),
        mips: z.number().positive(),
        vectors: z.strictObject({ start: address, size }),
      })
      .optional(),
  }),
});

export type BoardFile = z.input<typeof boardFile>;
export type Memory = z.output<typeof memory>;

/** A board, checked, with numbers for addresses and sizes. */
export interface Board extends z.output<typeof boardFile> {
  /** The folder's name: 'nucleo-h753zi'. */
  readonly name: string;
  /** Absolute path of the board's folder. */
  readonly folder: string;
  /** Limits the firmware is held to: the memories' sizes, unless the user set others. */
  readonly flashBytes: number;
  readonly ramBytes: number;
}

/** Checks the contents of a board.json: the board, or every problem as a sentence. */
export function parseBoard(name: string, folder: string, json: unknown): Board | string[] {
  const parsed = boardFile.safeParse(json);
  if (!parsed.success) return parsed.error.issues.map(describe);
  const board = parsed.data;
  const problems = [...overlaps(board.memory), ...contradictions(board)];
  if (problems.length > 0) return problems;
  const total = (kind: 'flash' | 'ram') =>
    board.memory.filter((m) => m.kind === kind).reduce((sum, m) => sum + m.size, 0);
  return { ...board, name, folder, flashBytes: total('flash'), ramBytes: total('ram') };
}

/** The JSON schema of board.json, for editors. */
export function boardJsonSchema(): unknown {
  return z.toJSONSchema(boardFile, { io: 'input', unrepresentable: 'any' });
}

function describe(issue: z.core.$ZodIssue): string {
  const where = issue.path.join('.') || 'the file';
  if (issue.code === 'unrecognized_keys')
    return `${where}: unknown key ${issue.keys.map((k) => `"${k}"`).join(', ')}`;
  return `${where}: ${issue.message}`;
}

function overlaps(memories: readonly Memory[]): string[] {
  const sorted = [...memories].sort((a, b) => a.start - b.start);
  return sorted.flatMap((m, i) => {
    const next = sorted[i + 1];
    return next && m.start + m.size > next.start
      ? [`memory "${m.name}" overlaps "${next.name}"`]
      : [];
  });
}

function contradictions(board: z.output<typeof boardFile>): string[] {
  const problems: string[] = [];
  for (const kind of ['flash', 'ram'] as const) {
    if (!board.memory.some((m) => m.kind === kind)) problems.push(`memory: no ${kind} is listed`);
  }
  const small = board.cpu === 'cortex-m0plus' || board.cpu === 'cortex-m3';
  if (small && board.features.length > 0) {
    problems.push(`features: a ${board.cpu} has neither the DSP extension nor an FPU`);
  }
  return problems;
}
