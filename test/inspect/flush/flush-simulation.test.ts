import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OS_ONLY, type FlushPolicy } from '../../../src/inspect/flush/flush-policy.ts'
import {
  FlushSimulation,
  type Risk,
  type SimulatedAppend,
} from '../../../src/inspect/flush/flush-simulation.ts'
import { emptyFigures, FiguresObserver } from '../../../src/inspect/flush/risk-figures.ts'
import { averages } from '../../../src/inspect/flush/risk-series.ts'
import { record } from '../../../src/inspect/stats/histogram.ts'

type Event = SimulatedAppend & { readonly rolls?: boolean }

/** Of one record and ten bytes each, at these times. */
const at = (...times: number[]): Event[] =>
  times.map(timeMs => ({ timeMs, bytes: 10, records: 1, offsets: 1 }))

describe('a simulated flush', () => {
  it('comes with the append that makes enough offsets, and leaves nothing', () => {
    expect(told({ ...OS_ONLY, flushMessages: 3 }, at(0, 5, 10, 15, 20))).toEqual([
      '0..5 10 since 0',
      '5..10 20 since 0',
      'flushed',
      '10..15 0',
      '15..20 10 since 15',
    ])
  })

  it('counts offsets, not records: those that compaction took count, too', () => {
    const gone = [{ timeMs: 0, bytes: 10, records: 1, offsets: 3 }, ...at(5)]
    expect(told({ ...OS_ONLY, flushMessages: 3 }, gone)).toEqual(['flushed', '0..5 0'])
  })

  it('waits for the broker to look, not for flush.ms alone', () => {
    const policy = { ...OS_ONLY, flushMs: 100, schedulerMs: 70 }
    // Opened at 10: due at 110, looked at 140. Due again at 240, but nothing is there until 250; looked at 280.
    expect(told(policy, at(10, 250, 290))).toEqual([
      '10..140 10 since 10',
      'flushed',
      '140..250 0',
      '250..280 10 since 250',
      'flushed',
      '280..290 0',
    ])
  })

  it('does not come while nobody looks', () => {
    expect(told({ ...OS_ONLY, flushMs: 1 }, at(0, 1000))).toEqual(['0..1000 10 since 0'])
  })

  it('comes before what is appended in the same millisecond', () => {
    expect(told({ ...OS_ONLY, flushMs: 0, schedulerMs: 10 }, at(5, 10, 15))).toEqual([
      '5..10 10 since 5',
      'flushed',
      '10..15 10 since 10',
    ])
  })

  it('comes with a new segment, and flush.ms counts from then on', () => {
    const [first, second, third] = at(0, 90, 130)
    const policy = { ...OS_ONLY, flushMs: 100, schedulerMs: 10 }
    expect(told(policy, [first!, { ...second!, rolls: true }, third!])).toEqual([
      '0..90 10 since 0',
      'flushed',
      '90..130 10 since 90',
    ])
  })

  it('takes a batch that goes back in time for one of the same moment', () => {
    expect(told(OS_ONLY, at(100, 50, 110))).toEqual(['100..110 20 since 100'])
  })
})

const policies = fc.record({
  flushMessages: fc.constantFrom(1, 3, 10, Infinity),
  flushMs: fc.constantFrom(0, 5, 20, 33, Infinity),
  schedulerMs: fc.constantFrom(1, 7, 10, 64, Infinity),
})
const events = fc.array(
  fc.record({
    gapMs: fc.constantFrom(-5, 0, 0, 1, 2, 10, 90),
    bytes: fc.integer({ min: 1, max: 500 }),
    records: fc.integer({ min: 1, max: 4 }),
    gone: fc.constantFrom(0, 0, 2),
    rolls: fc.constantFrom(false, false, false, true),
  }),
  { minLength: 1, maxLength: 40 },
)

describe('simulated figures', () => {
  it('are those of a broker that is watched millisecond by millisecond', () => {
    fc.assert(
      fc.property(policies, events, (policy, drawn) => {
        let timeMs = 1000
        const appends = drawn.map(({ gapMs, gone, ...rest }) => {
          timeMs += gapMs
          return { timeMs, ...rest, offsets: rest.records + gone }
        })
        const { figures } = run(policy, appends)
        const watched = watch(policy, appends)
        expect(figures.flushes).toBe(watched.figures.flushes)
        for (const name of ['bytes', 'records'] as const) {
          expect(figures[name]).toEqual(watched.figures[name])
        }
        expect(figures.waitedMs.counts).toEqual(watched.figures.waitedMs.counts)
        const byteMs = averages(figures.series).reduce((sum, value) => sum + value, 0)
        expect(byteMs * figures.series.widthMs).toBe(watched.byteMs)
      }),
    )
  })
})

function run(policy: FlushPolicy, events: readonly Event[]) {
  const observer = new FiguresObserver()
  play(new FlushSimulation(policy, observer), events)
  return observer
}

function told(policy: FlushPolicy, events: readonly Event[]): string[] {
  const lines: string[] = []
  const stayed = ({ bytes, sinceMs }: Risk, fromMs: number, toMs: number) => {
    if (fromMs === toMs) return
    lines.push(`${fromMs}..${toMs} ${bytes}${sinceMs === undefined ? '' : ` since ${sinceMs}`}`)
  }
  play(new FlushSimulation(policy, { stayed, flushed: () => lines.push('flushed') }), events)
  return lines
}

function play(simulation: FlushSimulation, events: readonly Event[]): void {
  for (const { rolls, ...append } of events) {
    if (rolls === true) simulation.roll(append.timeMs)
    simulation.append(append)
  }
}

/** A clock that ticks once a millisecond, and a broker that looks at it. */
function watch(policy: FlushPolicy, events: readonly Event[]) {
  const figures = emptyFigures()
  let byteMs = 0
  let risk = { bytes: 0, records: 0, offsets: 0, sinceMs: undefined as number | undefined }
  const start = events[0]!.timeMs
  let flushedAt = start
  const flush = (now: number) => {
    flushedAt = now
    risk = { bytes: 0, records: 0, offsets: 0, sinceMs: undefined }
    figures.flushes++
  }
  let latest = start
  const moments = events.map(event => (latest = Math.max(latest, event.timeMs)))
  for (let now = start; now <= latest; now++) {
    const looks = now > start && now % policy.schedulerMs === 0
    if (looks && risk.offsets > 0 && now - flushedAt >= policy.flushMs) flush(now)
    events.forEach((event, index) => {
      if (moments[index] !== now) return
      if (event.rolls === true && risk.offsets > 0) flush(now)
      const { bytes, records, offsets, sinceMs } = risk
      risk = {
        bytes: bytes + event.bytes,
        records: records + event.records,
        offsets: offsets + event.offsets,
        sinceMs: sinceMs ?? now,
      }
      if (risk.offsets >= policy.flushMessages) return flush(now)
      figures.bytes.max = Math.max(figures.bytes.max, risk.bytes)
      figures.records.max = Math.max(figures.records.max, risk.records)
    })
    if (now === latest) break
    record(figures.bytes, risk.bytes)
    record(figures.records, risk.records)
    record(figures.waitedMs, risk.sinceMs === undefined ? 0 : now - risk.sinceMs)
    byteMs += risk.bytes
  }
  return { figures, byteMs }
}
