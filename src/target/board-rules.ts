import type { CheckedBoardFile, Memory } from './board-file.ts';

/** From here on addresses belong to the core itself (Armv7-M Architecture Reference Manual, B3.1). */
const SYSTEM = 0xe0000000;

/** VTOR leaves out the lowest bits, 8 of them on a Cortex-M0+ (its Technical Reference Manual, 4.3). */
const VECTOR_TABLE_ALIGNMENT = 256;

/** Of a timer of CMSDK (Arm DDI 0479), such as QEMU's mps2 machines have. */
const TIMER_BYTES = 0x1000;

/** Bytes that the vectors' head and the smallest input need. */
const LEAST_VECTORS_BYTES = 1024;

interface Uart {
  /** What its divisor may be, and the clocks that one step of it counts for. */
  readonly least: number;
  readonly most: number;
  readonly step: number;
  /** What its registers take of the address space, the unused ones among them, too. */
  readonly bytes: number;
}

const UARTS: Readonly<Record<CheckedBoardFile['console']['driver'], Uart>> = {
  // Arm DDI 0479, BAUDDIV: 20 bits, 16 at least.
  'cmsdk-uart': { least: 16, most: 0xfffff, step: 1, bytes: 0x1000 },
  // ST RM0090, USART_BRR: 16 bits, 16 at least with sixteenfold oversampling.
  'stm32-usart': { least: 16, most: 0xffff, step: 1, bytes: 0x400 },
  // The same in ST RM0433; LPUART_BRR of RM0432 has 20 bits.
  'stm32-usart-v2': { least: 16, most: 0xfffff, step: 1, bytes: 0x400 },
  // Arm DDI 0183, UARTIBRD: 16 bits, 1 at least, of 16 clocks each.
  pl011: { least: 1, most: 0xffff, step: 16, bytes: 0x1000 },
  // Its template sets 115200 baud by the number in the product specification.
  'nrf-uarte': { least: 1, most: Infinity, step: 1, bytes: 0x1000 },
};

interface Place {
  readonly name: string;
  readonly start: number;
  readonly size: number;
}

/** What is wrong with a board whose single values are all in their ranges, as sentences. */
export function contradictions(board: CheckedBoardFile): string[] {
  return [
    ...memoryProblems(board.memory),
    ...placeProblems(board),
    ...coreProblems(board),
    ...consoleProblems(board.console),
  ];
}

function memoryProblems(memories: readonly Memory[]): string[] {
  const problems: string[] = [];
  for (const kind of ['flash', 'ram'] as const) {
    if (!memories.some((m) => m.kind === kind)) problems.push(`memory: no ${kind} is listed`);
  }
  const ram = memories.filter(({ kind }) => kind === 'ram');
  if (ram.length > 0 && ram.every(({ clock }) => clock === 'setup'))
    problems.push('memory: one RAM needs a clock from reset on, for data and stack');
  const names = memories.map(({ name }) => name);
  const twice = new Set(names.filter((name, i) => names.indexOf(name) !== i));
  for (const name of twice) problems.push(`memory: two are named "${name}"`);
  const flash = memories.find((m) => m.kind === 'flash');
  if (flash && flash.start % VECTOR_TABLE_ALIGNMENT !== 0)
    problems.push(
      `memory: "${flash.name}" has to start at a multiple of ${VECTOR_TABLE_ALIGNMENT}, where a vector table may lie`,
    );
  return problems;
}

// Every place of the address space: none beyond its end, none in another.
function placeProblems({ memory, console, emulators }: CheckedBoardFile): string[] {
  const memories = memory.map((m) => ({ ...m, name: `memory "${m.name}"` }));
  const vectors = (['qemu', 'renode'] as const).flatMap((emulator) => {
    const region = emulators[emulator]?.vectors;
    return region ? [{ name: `emulators.${emulator}.vectors`, ...region }] : [];
  });
  const { timer } = emulators.qemu ?? {};
  const devices = [
    { name: 'console.base', start: console.base, size: UARTS[console.driver].bytes },
    ...(timer === undefined ? [] : [{ name: 'qemu.timer', start: timer, size: TIMER_BYTES }]),
  ];
  const setup = console.setup.map(({ address }, i) => ({
    ...{ name: `console.setup.${i}`, start: address, size: 4 },
  }));
  const beyond = [...memories, ...vectors, ...devices]
    .filter(({ start, size }) => start + size > SYSTEM)
    .map(({ name }) => `${name} reaches 0xe0000000, where the core has its own registers`);
  const small = vectors
    .filter(({ size }) => size < LEAST_VECTORS_BYTES)
    .map(({ name }) => `${name} has less than ${LEAST_VECTORS_BYTES} bytes`);
  const fixed = [...memories, ...devices];
  return [
    ...beyond,
    ...small,
    ...fixed.flatMap((each, i) => overlaps([each], [...fixed.slice(i + 1), ...vectors])),
    ...overlaps([...memories, ...vectors], setup),
  ];
}

function overlaps(places: readonly Place[], others: readonly Place[]): string[] {
  return places.flatMap((a) =>
    others
      .filter((b) => a.start < b.start + b.size && b.start < a.start + a.size)
      .map((b) => `${a.name} overlaps ${b.name}`),
  );
}

function coreProblems({ cpu, features }: CheckedBoardFile): string[] {
  const problems: string[] = [];
  const small = cpu === 'cortex-m0plus' || cpu === 'cortex-m3';
  if (small && features.length > 0)
    problems.push(`features: a ${cpu} has neither the DSP extension nor an FPU`);
  if (features.includes('fpu-double') && !(cpu === 'cortex-m7' && features.includes('fpu')))
    problems.push('features: "fpu-double" is for a cortex-m7 that has "fpu", too');
  if (new Set(features).size < features.length) problems.push('features: one is listed twice');
  return problems;
}

function consoleProblems({ driver, clockHz, baud, setup }: CheckedBoardFile['console']): string[] {
  const problems: string[] = [];
  const { least, most, step } = UARTS[driver];
  const divisor = Math.round(clockHz / baud / step);
  if (divisor < least || divisor > most)
    problems.push(
      `console: ${baud} baud of ${clockHz} Hz takes a divisor of ${divisor}, the UART has ${least} to ${most}`,
    );
  if (driver === 'nrf-uarte' && baud !== 115_200)
    problems.push('console.baud: the driver "nrf-uarte" has 115200 baud only');
  setup.forEach(({ set, clear, wait }, i) => {
    if (wait !== undefined && (set !== 0 || clear !== 0))
      problems.push(`console.setup.${i}: a step sets and clears bits, or waits, not both`);
  });
  return problems;
}
