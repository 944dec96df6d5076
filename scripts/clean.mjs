// Takes away what an earlier build left: the names of its files change with their contents.
import { rmSync } from 'node:fs';

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
