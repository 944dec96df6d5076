#!/usr/bin/env node
// Stands in for Renode in tests: takes the same options, reads the same script, writes the console
// file and the log as Renode does, and answers the monitor's last questions. FAKE says what goes wrong.
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const mode = process.env.FAKE ?? 'good';
const args = process.argv.slice(2);
if (args[0] === '--version') {
  const versions = { old: 'v1.13.2', older: 'v1.16.0.1525', nameless: '' };
  console.log(`Renode ${versions[mode] ?? 'v1.16.1.4417'}`);
  process.exit(0);
}
if (mode === 'start-failure') {
  console.error('Could not load file or assembly Infrastructure.dll');
  process.exit(1);
}
const script = readFileSync(/include @(.*)/.exec(args[args.indexOf('-e') + 1])[1], 'utf8');
const consoleFile = /CreateFileBackend @(\S+)/.exec(script)[1];
const marks = /open\('([^']+)', 'a'\)/.exec(script)?.[1];
const say = (text) => appendFileSync(consoleFile, text);

const MODES = {
  good() {
    say('thimble 1 small in 192 out 4 crc 00000000\n');
    if (marks) appendFileSync(marks, 'begin 100\nend 1100\n');
    say('thimble out 0 0 0a0b0c0d\nthimble stack 100\nthimble done 1 vectors 5 ticks\n');
  },
  late: () => MODES.good(),
  hang: () => say('thimble 1 small in 192 out 4 crc 00000000\n'),
  silent() {},
  garbage: () => say('\x00\xff%%% not a line of ours\nthimble out 0 0 zz\n'),
  truncated: () =>
    say(
      'thimble 1 small in 192 out 4 crc 00000000\nthimble out 0 0 0a0b\nthimble done 1 vectors 5 ticks\n',
    ),
  fault: () =>
    say(
      'thimble 1 small in 192 out 4 crc 00000000\nthimble fault hardfault pc 0x00001234 cfsr 0x00008200\n',
    ),
  crash() {
    say('thimble 1 small in 192 out 4 crc 00000000\n');
    process.exit(139);
  },
  unmapped() {
    console.log(
      '[03:31:07.0200] [WARNING] sysbus: [cpu: 0x146] WriteDoubleWord to non existing peripheral at 0x70000000, value 0x1.',
    );
  },
  abort: () =>
    console.log(
      '[03:31:07.0241] [ERROR] cpu: CPU abort [PC=0x70000000]: Trying to execute code outside RAM or ROM at 0x70000000.',
    ),
  register: () =>
    console.log('[03:31:07.0206] [WARNING] uart: Unhandled write to offset 0x3F0, value 0x1.'),
  harmless() {
    console.log(
      '[03:31:07.0206] [WARNING] uart0: Unhandled write to offset 0x50C. Unhandled bits: [0, 3-31] when writing value 0x6.',
    );
    MODES.good();
  },
};

if (mode === 'script-error') {
  console.log("There was an error executing command 'machine LoadPlatformDescription @nope.repl':");
} else if (mode !== 'unstarted') {
  // Renode tries whether the file can be made, and removes it again, before it makes it for good.
  say('');
  setTimeout(
    () => {
      rmSync(consoleFile);
      say('');
      console.log('thimble script complete');
      setTimeout(MODES[mode], 30);
    },
    mode === 'late' ? 1000 : 100,
  );
}
// Stays at its prompt until it is told to go, or its input ends.
createInterface({ input: process.stdin }).on('line', (line) => {
  if (line.includes('ElapsedVirtualTime')) console.log('Elapsed Virtual Time: 00:00:01.500000');
  if (line.includes('quit')) process.exit(0);
});
setInterval(() => undefined, 1000);
