import { describe, expect, it } from 'vitest'
import { LeaderEpochCheck } from '../../../src/inspect/verify/leader-epoch-check.ts'

/** Batches of two offsets and epoch 1, from offset 0 on, asked only where the check wants to be asked. */
function earlierIn(
  entries: readonly (readonly [epoch: number, startOffset: bigint])[],
  logStart: bigint | undefined,
): bigint | undefined {
  const check = new LeaderEpochCheck(
    entries.map(([epoch, startOffset]) => ({ epoch, startOffset })),
    logStart,
  )
  for (let offset = 0n; offset < 10n; offset += 2n) {
    const isNews = check.latest !== 1 || offset >= (check.nextStart ?? 10n)
    if (isNews) expect(check.batch(offset, 1)).toBeUndefined()
  }
  return check.earlier?.offset
}

describe('the first entry of a leader-epoch-checkpoint', () => {
  it('begins no later than the first batch of its epoch', () => {
    expect(earlierIn([[1, 0n]], 0n)).toBeUndefined()
    expect(earlierIn([[1, 4n]], 0n)).toBe(0n)
  })

  it('begins with the log start, where that has moved', () => {
    expect(earlierIn([[1, 4n]], 4n)).toBeUndefined()
    expect(earlierIn([[1, 3n]], 3n)).toBeUndefined()
    expect(earlierIn([[1, 6n]], 4n)).toBe(4n)
  })

  it('is not compared where the log start is not known', () => {
    expect(earlierIn([[1, 4n]], undefined)).toBeUndefined()
  })

  it('may begin behind batches of earlier epochs, as where the file was lost', () => {
    expect(earlierIn([[2, 40n]], 0n)).toBeUndefined()
  })
})
