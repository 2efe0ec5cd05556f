/**
 * Times on the command line, the same for every option that takes one:
 *
 * | form                                         | means                                               |
 * |----------------------------------------------|-----------------------------------------------------|
 * | 10, 13, 16 or 19 digits                      | seconds, milli-, micro- or nanoseconds since 1970   |
 * | `2026-03-01`                                 | that day's beginning, UTC                           |
 * | `2026-03-01T12:30:00Z`, `…T12:30+02:00`      | RFC 3339; the zone must be said                     |
 * | `now`                                        | the moment of the command                           |
 * | `-90s`, `-1h`, `-3d`, `-1d12h`               | that long ago: w, d, h, m, s, ms                    |
 *
 * Anything else is an error, never a default. An `@` before it, as offsets want it, is welcome everywhere. Two options
 * are an exception, for the sake of kafka-get-offsets and kcat: to `offsets --time` (unless an `@` is before them) and
 * to `consume -o s@… -o e@…` all digits are milliseconds.
 */
import { UsageError } from '../base/errors.ts'
import { INT64_MAX } from '../binary/big-endian.ts'

/**
 * @returns milliseconds since 1970, rounded down
 * @throws UsageError
 */
export function parseTime(text: string, nowMs: number): bigint {
  const time = tryParseTime(text.replace(/^@/, ''), nowMs)
  if (time === undefined) throw new UsageError(`${JSON.stringify(text)} is no time: ${EXPECTED}`)
  return time
}

/** @throws UsageError where it ends before it begins, too */
export function parseTimeRange(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  nowMs: number,
): { readonly from: bigint | undefined; readonly to: bigint | undefined } {
  const times = {
    from: from === undefined ? undefined : parseTime(from, nowMs),
    to: to === undefined ? undefined : parseTime(to, nowMs),
  }
  if (times.from === undefined || times.to === undefined || times.from <= times.to) return times
  throw new UsageError(`--from ${from} is later than --to ${to}`)
}

/** Undefined where the text is no time. */
export function tryParseTime(text: string, nowMs: number): bigint | undefined {
  return tryParseAgo(text, nowMs) ?? parseDigits(text) ?? parseDate(text) ?? parseDateTime(text)
}

/** As `tryParseTime`, but digits alone are milliseconds, however many. */
export function tryParseTimeInMs(text: string, nowMs: number): bigint | undefined {
  if (!/^\d{1,19}$/.test(text)) return tryParseTime(text, nowMs)
  const timestamp = BigInt(text)
  return timestamp > INT64_MAX ? undefined : timestamp
}

/** `now` and times counted back from it: what can be told from an offset without a mark. */
export function tryParseAgo(text: string, nowMs: number): bigint | undefined {
  if (text === 'now') return BigInt(Math.floor(nowMs))
  if (!/^-(?:\d{1,12}(?:ms|[wdhms]))+$/.test(text)) return undefined
  let agoMs = 0n
  for (const [, count = '', unit = ''] of text.matchAll(/(\d+)(ms|[wdhms])/g)) {
    agoMs += BigInt(count) * (UNIT_MS[unit] ?? 0n)
  }
  return BigInt(Math.floor(nowMs)) - agoMs
}

const EXPECTED =
  'expected 10, 13, 16 or 19 digits since 1970, a date such as 2026-03-01, ' +
  'a time with its zone such as 2026-03-01T12:30:00Z, now, or -1h, -3d, -90s'

const UNIT_MS: Readonly<Record<string, bigint>> = {
  w: 604_800_000n,
  d: 86_400_000n,
  h: 3_600_000n,
  m: 60_000n,
  s: 1000n,
  ms: 1n,
}

function parseDigits(text: string): bigint | undefined {
  if (!/^\d+$/.test(text)) return undefined
  switch (text.length) {
    case 10:
      return BigInt(text) * 1000n
    case 13:
      return BigInt(text)
    case 16:
      return BigInt(text) / 1000n
    case 19:
      return BigInt(text) / 1_000_000n
    default:
      return undefined
  }
}

function parseDate(text: string): bigint | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? []
  if (day === undefined) return undefined
  return instantOf({ year, month, day, hour: '0', minute: '0', second: '0', ms: 0 })
}

const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/

function parseDateTime(text: string): bigint | undefined {
  const match = DATE_TIME.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second = '0', fraction = '0'] = match
  const [, , , , , , , , sign, zoneHours = '0', zoneMinutes = '0'] = match
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3))
  const local = instantOf({ year, month, day, hour, minute, second, ms })
  if (local === undefined || Number(zoneHours) > 23 || Number(zoneMinutes) > 59) return undefined
  const zoneMs = BigInt(zoneHours) * 3_600_000n + BigInt(zoneMinutes) * 60_000n
  return sign === '-' ? local + zoneMs : local - zoneMs
}

interface CalendarTime {
  readonly year: string | undefined
  readonly month: string | undefined
  readonly day: string | undefined
  readonly hour: string | undefined
  readonly minute: string | undefined
  readonly second: string | undefined
  readonly ms: number
}

/** Undefined for a day or an hour that does not exist: Date would carry it over. */
function instantOf({ year, month, day, hour, minute, second, ms }: CalendarTime) {
  const wanted = [year, month, day, hour, minute, second].map(Number)
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = wanted
  const date = new Date(0)
  date.setUTCFullYear(y, mo - 1, d)
  date.setUTCHours(h, mi, s, ms)
  const got = [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ]
  return got.every((part, i) => part === wanted[i]) ? BigInt(date.getTime()) : undefined
}
