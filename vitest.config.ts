import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build-once.ts'],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Each file builds firmware or runs interpreters: as many at a time as the machine has cores.
    maxWorkers: 2,
  },
});
