import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Builds dist/ before the first test, unless it is newer than all sources: tests run the command. */
export default function setup(): void {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const main = path.join(root, 'dist/cli/main.js');
  const newest = ['src', 'assembly']
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map(
        (file) => statSync(path.join(root, folder, file)).mtimeMs,
      ),
    )
    .reduce((a, b) => Math.max(a, b));
  if (existsSync(main) && statSync(main).mtimeMs > newest) return;
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
}
