import { defineConfig } from 'vitest/config'

/** What needs no JVM and no network. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/kafka/**', 'test/clients/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
