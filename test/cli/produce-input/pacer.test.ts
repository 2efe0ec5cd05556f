import { describe, expect, it } from 'vitest'
import { Pacer } from '../../../src/cli/produce-input/pacer.ts'

describe('Pacer', () => {
  it('lets the first pass at once and spaces the others evenly', () => {
    expect(passTimes(new Pacer(100), { from: 0, count: 5 })).toEqual([0, 10, 20, 30, 40])
  })

  it('keeps the rate although timers are late', () => {
    const times = passTimes(new Pacer(1000), { from: 0, count: 1001, lateMs: 7 })
    expect(times.at(-1)).toBeLessThan(1010)
    expect(times.at(-1)).toBeGreaterThan(990)
  })

  it('does not make up for a long pause', () => {
    const pacer = new Pacer(100)
    passTimes(pacer, { from: 0, count: 10 })
    const times = passTimes(pacer, { from: 60_000, count: 20 })
    expect(times.filter(time => time === 60_000).length).toBeLessThanOrEqual(7)
    expect(times.at(-1)).toBeGreaterThanOrEqual(60_130)
  })
})

/** When records pass that are all there from the beginning. */
function passTimes(
  pacer: Pacer,
  { from, count, lateMs = 0 }: { from: number; count: number; lateMs?: number },
): number[] {
  let now = from
  return Array.from({ length: count }, () => {
    const delay = pacer.delayMs(now)
    if (delay > 0) now += delay + lateMs
    pacer.pass(now)
    return now
  })
}
