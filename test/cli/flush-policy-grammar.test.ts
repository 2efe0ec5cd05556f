import { describe, expect, it } from 'vitest'
import { isNeverLookedAt, parseFlushPolicy } from '../../src/cli/flush-policy-grammar.ts'

describe('a flush policy', () => {
  it('does what it names, and no more', () => {
    expect(parseFlushPolicy('flush.messages=10', Infinity)).toEqual({
      name: 'flush.messages=10',
      flushMessages: 10,
      flushMs: Infinity,
      schedulerMs: Infinity,
    })
  })

  it('is looked at as often as the broker says, unless it says so itself', () => {
    const text = 'flush.ms=0, log.flush.scheduler.interval.ms = 50'
    expect(parseFlushPolicy('flush.ms=7', 30)).toMatchObject({ flushMs: 7, schedulerMs: 30 })
    expect(parseFlushPolicy(text, 30)).toMatchObject({ flushMs: 0, schedulerMs: 50 })
  })

  it("takes Java's longest time for never", () => {
    const policy = parseFlushPolicy('flush.messages=1,flush.ms=9223372036854775807', 30)
    expect(policy.flushMs).toBe(Infinity)
    expect(isNeverLookedAt(policy)).toBe(false)
  })

  it('does nothing with milliseconds at which nobody looks', () => {
    expect(isNeverLookedAt(parseFlushPolicy('flush.ms=1', Infinity))).toBe(true)
    expect(isNeverLookedAt(parseFlushPolicy('flush.ms=1', 1000))).toBe(false)
  })

  it.each([
    '',
    'flush.ms',
    'flush.ms=',
    'flush.ms=-1',
    'flush.ms=1s',
    'flush.messages=0',
    'flush.messages=1,',
    'flush.messages=1,flush.messages=2',
    'flush.messages=9223372036854775808',
    'log.flush.scheduler.interval.ms=5',
    'flush.ms=1,log.flush.scheduler.interval.ms=0',
    'retention.ms=1',
  ])('is none in %j', text => {
    expect(() => parseFlushPolicy(text, Infinity)).toThrow(`--simulate ${text}: `)
  })
})
