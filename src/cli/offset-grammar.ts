/**
 * Offsets on the command line, the same for every option that takes them:
 *
 * | form                          | means                                                               |
 * |-------------------------------|---------------------------------------------------------------------|
 * | `start` `earliest` `oldest` `beginning` | the log start offset                                      |
 * | `end` `latest` `newest`       | the log end offset                                                  |
 * | `N`                           | that offset                                                         |
 * | `-N`, `end-N`                 | N offsets before the end                                            |
 * | `+N`, `start+N`               | N offsets behind the start                                          |
 * | `@TIME`                       | the first record that is not earlier; see time-grammar.ts           |
 * | `-1h`, `-3d`, `now`           | the same as `@-1h`                                                  |
 *
 * A range is `A:B`, half open: B is the first that is not wanted. `A:` goes to the end, `:B` begins at the start, and
 * so does one point alone: `A` is `A:`. Behind `@T1:` a time needs no `@`. Anything else is an error, never offset 0.
 */
import { assertNever, UsageError } from '../base/errors.ts'
import { INT64_MAX } from '../binary/big-endian.ts'
import type { OffsetPoint, OffsetRange } from '../inspect/offsets/offset-point.ts'
import { tryParseAgo, tryParseTime } from './time-grammar.ts'

/** @throws UsageError */
export function parseOffset(text: string, nowMs: number): OffsetPoint {
  const point = tryParseOffset(text, nowMs)
  if (point !== undefined) return point
  throw new UsageError(`${JSON.stringify(text)} is no offset: expected ${POINTS}`)
}

/** @throws UsageError */
export function parseOffsetRange(text: string, nowMs: number): OffsetRange {
  const range = rangeOf(text, nowMs)
  if (range === undefined) {
    throw new UsageError(
      `${JSON.stringify(text)} is no range of offsets: expected A:B, A:, :B or A, ` +
        `where A and B are ${POINTS}`,
    )
  }
  if (isBackwards(range)) {
    throw new UsageError(
      `${JSON.stringify(text)} is no range of offsets: it ends before it begins, ` +
        `${wordsOf(range.to)} before ${wordsOf(range.from)}`,
    )
  }
  return range
}

const POINTS = 'start, end, N, -N (before the end), @TIME or -1h'
const EARLIEST: OffsetPoint = { kind: 'earliest' }
const LATEST: OffsetPoint = { kind: 'latest' }

const NAMED: Readonly<Record<string, OffsetPoint>> = {
  start: EARLIEST,
  earliest: EARLIEST,
  oldest: EARLIEST,
  beginning: EARLIEST,
  end: LATEST,
  latest: LATEST,
  newest: LATEST,
}

/** A time may hold colons itself: of all of them, the one that divides two points counts. No time begins another. */
function rangeOf(text: string, nowMs: number): OffsetRange | undefined {
  const alone = tryParseOffset(text, nowMs)
  if (alone !== undefined) return { from: alone, to: LATEST }
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) {
    const [left, right] = [text.slice(0, at), text.slice(at + 1)]
    if (left === '' && right === '') return undefined
    const from = left === '' ? EARLIEST : tryParseOffset(left, nowMs)
    const to = right === '' ? LATEST : tryParseEnd(left, right, nowMs)
    if (from !== undefined && to !== undefined) return { from, to }
  }
  return undefined
}

function tryParseEnd(left: string, right: string, nowMs: number): OffsetPoint | undefined {
  const timestamp = left.startsWith('@') ? tryParseTime(right, nowMs) : undefined
  if (timestamp !== undefined) return { kind: 'time', timestamp }
  return left.startsWith('@') && /^\d+$/.test(right) ? undefined : tryParseOffset(right, nowMs)
}

function tryParseOffset(text: string, nowMs: number): OffsetPoint | undefined {
  if (Object.hasOwn(NAMED, text)) return NAMED[text]
  const timestamp = text.startsWith('@')
    ? tryParseTime(text.slice(1), nowMs)
    : tryParseAgo(text, nowMs)
  if (timestamp !== undefined) return { kind: 'time', timestamp }
  const [, base, digits] = /^(|\+|-|start\+|end-)(\d{1,19})$/.exec(text) ?? []
  if (base === undefined || digits === undefined) return undefined
  const count = BigInt(digits)
  if (count > INT64_MAX) return undefined
  if (base === '') return { kind: 'offset', offset: count }
  return { kind: base === '-' || base === 'end-' ? 'from-end' : 'from-start', count }
}

function isBackwards({ from, to }: OffsetRange): boolean {
  if (from.kind === 'offset' && to.kind === 'offset') return from.offset > to.offset
  if (from.kind === 'time' && to.kind === 'time') return from.timestamp > to.timestamp
  if (from.kind === 'from-end' && to.kind === 'from-end') return from.count < to.count
  if (from.kind === 'from-start' && to.kind === 'from-start') return from.count > to.count
  return (
    from.kind === 'latest' && (to.kind === 'earliest' || (to.kind === 'from-end' && to.count > 0n))
  )
}

function wordsOf(point: OffsetPoint): string {
  switch (point.kind) {
    case 'earliest':
      return 'the start'
    case 'latest':
      return 'the end'
    case 'offset':
      return `offset ${point.offset}`
    case 'from-start':
      return `${point.count} behind the start`
    case 'from-end':
      return `${point.count} before the end`
    case 'time':
      return `time ${point.timestamp}`
    default:
      return assertNever(point)
  }
}
