/** What a worker is told of one partition's folder, and what it answers. Plain values: they cross threads. */
import type { DecodeLimits } from '../../base/limits.ts'
import type { Finding } from './finding.ts'
import type { Tally } from './tally.ts'

/**
 * | state    | the log.dir                                                      | its last segments may            |
 * |----------|------------------------------------------------------------------|----------------------------------|
 * | clean    | was shut down in order                                           | have no loose end                |
 * | unclean  | was not: its broker died                                         | be torn, with zeros in indexes   |
 * | live     | has a broker running on it                                       | be torn, and grow meanwhile      |
 * | unknown  | is not known, or serves another folder: this one is a stray      | be torn, with zeros in indexes   |
 */
export type DirState = 'clean' | 'unclean' | 'live' | 'unknown'

export interface PartitionTask {
  readonly path: string
  readonly dirState: DirState
  readonly deep: boolean
  readonly limits: DecodeLimits
  /** What its log.dir notes of it; absent where there is no log.dir. */
  readonly noted?: NotedOffsets
  /** Whether brokers of that log.dir expect a topic id. */
  readonly expectsTopicId: boolean
  /** Whether a start puts it aside, so that its topic id is nobody's concern. */
  readonly isStray?: true
  /** Only the segment with that base offset. */
  readonly only?: bigint
}

export interface NotedOffsets {
  readonly logDir: string
  readonly recoveryPoint: bigint | undefined
  readonly logStart: bigint | undefined
  readonly highWatermark: bigint | undefined
  readonly cleaner: bigint | undefined
}

export interface PartitionReport {
  readonly findings: readonly Finding[]
  readonly tally: Tally
  readonly topicId: string | undefined
}
