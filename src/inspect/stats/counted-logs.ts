/** The logs that are counted: which tasks read them, and which of them a report is about. */
import type { DecodeLimits } from '../../base/limits.ts'
import type { Segment } from '../../log/segment.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'
import type { LogReading, ReadingTask } from './log-reading.ts'
import { samplePlaces } from './sample-places.ts'

export interface CountedPartition {
  readonly topic: string
  readonly partition: number
  readonly log: PartitionLog
  /** Of its segments, those to count. */
  readonly segments: readonly Segment[]
}

export type StatsScope = 'all' | 'topic' | 'partition'

/** What a report is about. */
export interface CountedFacts {
  /** Undefined where the report is about more than one. */
  readonly topic: string | undefined
  readonly partition: number | undefined
  readonly partitions: number
  readonly segments: number
  /** Of all the logs. */
  readonly logBytes: number
  readonly bytesRead: number
  /** Undefined where everything was read; nothing is projected from a sample onto the whole. */
  readonly sample: { readonly sampleBytes: number; readonly places: number } | undefined
}

/** Undefined where the logs have no more than that. */
export function sampleSizeOf(
  partitions: readonly CountedPartition[],
  asked = Infinity,
): number | undefined {
  return asked < bytesOf(partitions) ? asked : undefined
}

/** A sample is spread over all of them together: what is small may get nothing of it. */
export function readingTasks(
  partitions: readonly CountedPartition[],
  {
    sampleSize,
    limits,
  }: { readonly sampleSize: number | undefined; readonly limits: DecodeLimits },
): ReadingTask[] {
  const all = partitions.flatMap(({ segments }) => segments)
  const places = sampleSize === undefined ? undefined : samplePlaces(all, sampleSize)
  return partitions.map(({ log, segments }) => {
    const own = new Set(segments)
    return {
      segments,
      places: places?.filter(({ segment }) => own.has(segment)),
      openBaseOffset: log.isClean ? undefined : log.segments.at(-1)?.baseOffset,
      limits,
    }
  })
}

/** The partitions of one report. */
export class CountedScope {
  readonly #by: StatsScope
  readonly #sampleSize: number | undefined
  readonly #partitions: CountedPartition[] = []
  #bytesRead = 0
  #places = 0

  constructor(by: StatsScope, sampleSize: number | undefined) {
    this.#by = by
    this.#sampleSize = sampleSize
  }

  holds({ topic }: CountedPartition): boolean {
    return this.#by === 'all' || (this.#by === 'topic' && topic === this.#partitions[0]?.topic)
  }

  add(partition: CountedPartition, { bytesRead, places }: LogReading): void {
    this.#partitions.push(partition)
    this.#bytesRead += bytesRead
    this.#places += places
  }

  facts(): CountedFacts {
    const [first] = this.#partitions
    const topics = new Set(this.#partitions.map(({ topic }) => topic))
    const sampleBytes = this.#sampleSize
    return {
      topic: topics.size === 1 ? first?.topic : undefined,
      partition: this.#partitions.length === 1 ? first?.partition : undefined,
      partitions: this.#partitions.length,
      segments: this.#partitions.reduce((sum, { segments }) => sum + segments.length, 0),
      logBytes: bytesOf(this.#partitions),
      bytesRead: this.#bytesRead,
      sample: sampleBytes === undefined ? undefined : { sampleBytes, places: this.#places },
    }
  }
}

export function bytesOf(partitions: readonly CountedPartition[]): number {
  let bytes = 0
  for (const { segments } of partitions) for (const { log } of segments) bytes += log.size
  return bytes
}
