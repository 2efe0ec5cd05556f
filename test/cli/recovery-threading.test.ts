/** How many threads put logs in order. */
import { describe, expect, it } from 'vitest'
import { recoveryThreading } from '../../src/cli/recovery-threads.ts'

const threads = (parallelism: number, logDirCount: number, threadCount?: number) =>
  recoveryThreading({ logDirCount, threadCount }, { parallelism })

describe('a recovery', () => {
  it.each([
    ['two for each log.dir', 8, 1, 2],
    ['no more than processors', 3, 2, 3],
    ['no more than memory is meant for', 64, 12, 4],
  ])('has %s', (_, parallelism, logDirCount, expected) => {
    expect(threads(parallelism, logDirCount).countMax).toBe(expected)
    expect(threads(parallelism, logDirCount).bytesMin).toBeGreaterThan(2 ** 20)
  })

  it('has as many as are asked for, however little there is to read', () => {
    expect(threads(2, 1, 6)).toMatchObject({ countMax: 6, bytesMin: 0 })
  })
})
