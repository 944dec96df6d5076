import { boardNames, loadBoard } from '../../src/target/load-board.ts';
import { findTool, TOOLS } from '../../src/support/tools.ts';

/** The real Renode; where it is not found, its tests are skipped aloud. */
export const realRenode = findTool(TOOLS.renode);
if (!realRenode) {
  console.warn(`skipping tests on the real Renode: it was not found; ${TOOLS.renode.install}`);
}

/** The boards that Renode has a model of. */
export const modelledBoards = boardNames().filter((name) => loadBoard(name).emulators.renode);
