import { formatTable } from '../../report/table.ts';
import { formatSize } from '../../support/bytes.ts';
import type { Board } from '../../target/board.ts';
import { emulatedBoard } from '../../target/emulated.ts';
import { boardNames, loadBoard } from '../../target/load-board.ts';
import type { Context } from '../context.ts';

/** `thimble boards [BOARD]`: the table, or one board's data. */
export function boardsCommand(name: string | undefined, context: Context): void {
  if (name !== undefined) {
    const board = loadBoard(name);
    context.output.result(describe(board), { board: summaryOf(board) });
    return;
  }
  const boards = boardNames().map((each) => loadBoard(each));
  const rows = [
    ['board', 'core', 'features', 'MHz', 'flash', 'RAM', 'QEMU', 'Renode', 'title'],
    ...boards.map((b) => [
      ...[
        b.name,
        b.cpu,
        b.features.join(' '),
        String(b.clockHz / 1e6),
        formatSize(b.flashBytes),
        formatSize(b.ramBytes),
      ],
      ...[emulatedBoard(b).standIn ?? 'itself', b.emulators.renode ? 'yes' : '-', b.title],
    ]),
  ];
  context.output.result(formatTable(rows), { boards: boards.map(summaryOf) });
}

function summaryOf(board: Board) {
  const { name, title, source, cpu, features, clockHz, memory, flashBytes, ramBytes } = board;
  const qemu = emulatedBoard(board).standIn ?? board.emulators.qemu!.machine;
  return { name, title, source, cpu, features, clockHz, memory, flashBytes, ramBytes, qemu };
}

function describe(board: Board): string[] {
  const hex = (n: number) => `0x${n.toString(16).padStart(8, '0')}`;
  return [
    `${board.name}: ${board.title}`,
    `core    ${board.cpu} ${board.features.join(' ')} at ${board.clockHz / 1e6} MHz`,
    ...board.memory.map(
      (m) => `memory  ${m.kind} "${m.name}" ${formatSize(m.size)} at ${hex(m.start)}`,
    ),
    `console ${board.console.driver} at ${hex(board.console.base)}, ${board.console.baud} baud`,
    `QEMU    ${emulatedBoard(board).standIn ? `relinked for ${emulatedBoard(board).standIn}` : board.emulators.qemu!.machine}`,
    `source  ${board.source}`,
  ];
}
