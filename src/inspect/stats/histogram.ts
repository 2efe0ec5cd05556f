/**
 * How values are distributed, in memory that does not grow: a count for each bucket, sixteen buckets to a doubling. So
 * a percentile is right within 1/16; least, greatest, sum and count are exact. Plain data, so that it goes from thread
 * to thread.
 *
 * | values             | bucket                                            |
 * |--------------------|---------------------------------------------------|
 * | 0 … 15             | one each                                          |
 * | 2ᵉ … 2ᵉ⁺¹−1, e ≥ 4 | 16 of equal width, from bucket 16 × (e − 3) on    |
 */
export interface Histogram {
  readonly counts: Float64Array
  count: number
  sum: number
  /** Infinity in an empty one, as `max` is −Infinity. */
  min: number
  max: number
}

/** What can be said of a histogram; all zero where it is empty. */
export interface Distribution {
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
  /** Of the values from `from` up to `to`, not among them; each doubling one, empty ones at both ends left out. */
  readonly doublings: readonly Doubling[]
}

export interface Doubling {
  readonly from: number
  readonly to: number
  readonly count: number
}

const BUCKETS_PER_DOUBLING = 16
const FIRST_EXPONENT = 4
/** Values are of 64 bits at most. */
const LAST_EXPONENT = 63
const BUCKET_COUNT = BUCKETS_PER_DOUBLING * (LAST_EXPONENT - FIRST_EXPONENT + 2)
const UINT31_MAX = 0x7fffffff

export function emptyHistogram(): Histogram {
  const counts = new Float64Array(BUCKET_COUNT)
  return { counts, count: 0, sum: 0, min: Infinity, max: -Infinity }
}

/**
 * @param value an integer from 0 up
 * @param times how often it was seen
 */
export function record(histogram: Histogram, value: number, times = 1): void {
  histogram.counts[bucketOf(value)]! += times
  histogram.count += times
  histogram.sum += value * times
  if (value < histogram.min) histogram.min = value
  if (value > histogram.max) histogram.max = value
}

/** Each integer from `from` up to `to`, not among them, once. */
export function recordEach(histogram: Histogram, from: number, to: number): void {
  for (let at = from; at < to;) {
    const bucket = bucketOf(at)
    const next = Math.min(to, leastIn(bucket + 1))
    histogram.counts[bucket]! += next - at
    histogram.sum += ((at + next - 1) * (next - at)) / 2
    at = next
  }
  if (from >= to) return
  histogram.count += to - from
  histogram.min = Math.min(histogram.min, from)
  histogram.max = Math.max(histogram.max, to - 1)
}

export function mergeHistogram(into: Histogram, from: Histogram): void {
  for (let bucket = 0; bucket < BUCKET_COUNT; bucket++) {
    into.counts[bucket]! += from.counts[bucket]!
  }
  into.count += from.count
  into.sum += from.sum
  into.min = Math.min(into.min, from.min)
  into.max = Math.max(into.max, from.max)
}

export function distributionOf(histogram: Histogram): Distribution {
  const { count, sum, min, max } = histogram
  if (count === 0) return NOTHING
  return {
    count,
    sum,
    min,
    mean: sum / count,
    p50: percentile(histogram, 0.5),
    p90: percentile(histogram, 0.9),
    p99: percentile(histogram, 0.99),
    max,
    doublings: doublingsOf(histogram),
  }
}

const NOTHING: Distribution = {
  count: 0,
  sum: 0,
  min: 0,
  mean: 0,
  p50: 0,
  p90: 0,
  p99: 0,
  max: 0,
  doublings: [],
}

/** The greatest value that the bucket can hold, but not more than there is. */
function percentile({ counts, count, max }: Histogram, share: number): number {
  const rank = Math.ceil(count * share)
  let seen = 0
  for (let bucket = 0; bucket < BUCKET_COUNT; bucket++) {
    seen += counts[bucket]!
    if (seen >= rank) return Math.min(leastIn(bucket + 1) - 1, max)
  }
  return max
}

/** Zero is one of its own. */
function doublingsOf({ counts }: Histogram): Doubling[] {
  const doublings: Doubling[] = [{ from: 0, to: 1, count: counts[0]! }]
  for (let from = 1; from <= 2 ** LAST_EXPONENT; from *= 2) {
    let count = 0
    for (let bucket = bucketOf(from); bucket < bucketOf(2 * from); bucket++)
      count += counts[bucket]!
    doublings.push({ from, to: 2 * from, count })
  }
  const first = doublings.findIndex(({ count }) => count > 0)
  const last = doublings.findLastIndex(({ count }) => count > 0)
  return doublings.slice(first, last + 1)
}

function bucketOf(value: number): number {
  if (value < BUCKETS_PER_DOUBLING) return value
  if (value <= UINT31_MAX) {
    const exponent = 31 - Math.clz32(value)
    const within = (value >>> (exponent - FIRST_EXPONENT)) - BUCKETS_PER_DOUBLING
    return (exponent - FIRST_EXPONENT + 1) * BUCKETS_PER_DOUBLING + within
  }
  const exponent = Math.floor(Math.log2(value))
  const within = Math.floor(value / 2 ** (exponent - FIRST_EXPONENT)) - BUCKETS_PER_DOUBLING
  return (exponent - FIRST_EXPONENT + 1) * BUCKETS_PER_DOUBLING + within
}

function leastIn(bucket: number): number {
  if (bucket < BUCKETS_PER_DOUBLING) return bucket
  const doubling = Math.floor(bucket / BUCKETS_PER_DOUBLING) - 1
  return (BUCKETS_PER_DOUBLING + (bucket % BUCKETS_PER_DOUBLING)) * 2 ** doubling
}
