import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build-once.ts'],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Each file builds firmware or runs interpreters; while one waits for a file or a program, two others compute.
    maxWorkers: 3,
    // No file changes what another one reads: each worker loads the modules once.
    isolate: false,
  },
});
