// Makes a fresh Debian machine ready: npm packages, the Arm toolchain, QEMU. Plain Node, no packages.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const root = new URL('..', import.meta.url).pathname;
const PACKAGES = {
  'arm-none-eabi-gcc': ['gcc-arm-none-eabi', 'libnewlib-arm-none-eabi'],
  'qemu-system-arm': ['qemu-system-arm'],
  gcc: ['gcc', 'libc6-dev'],
  cppcheck: ['cppcheck'],
  clang: ['clang'],
  cmake: ['cmake'],
  make: ['make'],
  xmllint: ['libxml2-utils'],
};

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Node ${process.versions.node} is too old; install Node 20.19 or newer`);
}
if (!existsSync(`${root}node_modules/.package-lock.json`)) run('npm', ['ci']);

const missing = Object.entries(PACKAGES).flatMap(([tool, packages]) =>
  onPath(tool) ? [] : packages,
);
if (missing.length > 0) install(missing);

function install(packages) {
  const command = ['apt-get', 'install', '-y', '--no-install-recommends', ...packages];
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo'];
  if (!onPath('apt-get') || (asRoot.length > 0 && !onPath('sudo'))) {
    fail(`missing tools; as root run: ${command.join(' ')} (or the like on your system)`);
  }
  run(...split([...asRoot, 'apt-get', 'update', '-qq']));
  run(...split([...asRoot, ...command]));
}

function split([command, ...args]) {
  return [command, args];
}

function onPath(tool) {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(`${folder}/${tool}`));
}

function run(command, args) {
  process.stderr.write(`> ${command} ${args.join(' ')}\n`);
  try {
    execFileSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  } catch {
    fail(`"${command} ${args.join(' ')}" failed; run it by hand to see why`);
  }
}

function fail(message) {
  process.stderr.write(`setup: ${message}\n`);
  process.exit(3);
}
