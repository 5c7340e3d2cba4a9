import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    testTimeout: 30_000,
    // Two cores are the reference machine; more forks only slow each other down.
    maxWorkers: 2,
    setupFiles: ['./setup.ts'],
  },
})
