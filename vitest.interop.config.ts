import { defineConfig } from 'vitest/config'

/** Against a real Apache Kafka and real clients; `test/kafka/setup.ts` fetches what is missing or fails. */
export default defineConfig({
  test: {
    include: ['test/kafka/**/*.test.ts', 'test/clients/**/*.test.ts'],
    globalSetup: 'test/kafka/setup.ts',
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
})
