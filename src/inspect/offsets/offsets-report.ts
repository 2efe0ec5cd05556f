/** The offsets of many partitions, one by one; what can't be read doesn't keep the others back. */
import { CorruptDataError, type Damage, DiskError, LimitError } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { refusedLogs } from '../../log/partition-directory.ts'
import { logEnd } from './log-bounds.ts'
import { answerOffsetQuery, type OffsetAnswer, type OffsetQuery } from './offset-query.ts'
import { PartitionLogReader, type PartitionLog } from './partition-log.ts'
import { partitionOffsets, type PartitionOffsets } from './partition-offsets.ts'

export interface AskedPartition {
  readonly topic: string
  readonly partition: number
  /** Of its folder. */
  readonly path: string
}

export interface OffsetsOptions {
  readonly query: OffsetQuery
  /** Not the answer alone, but everything a partition is known by. */
  readonly everyOffset: boolean
  readonly limits: DecodeLimits
}

export interface OffsetsOfPartition extends AskedPartition {
  /** Absent where a broker has no answer. */
  readonly answer?: OffsetAnswer
  readonly offsets?: PartitionOffsets
  /** Whether its log.dir was closed cleanly; where not, its log ends with the last valid batch. */
  readonly isClean: boolean
  /** Whether the log begins in a remote storage, where times can't be looked up. */
  readonly isTiered: boolean
  /** Where the end was asked for: why it is not known for sure. */
  readonly endDamage?: Damage | undefined
  /** What should have been a log of it, and is no file. */
  readonly refused: readonly DiskError[]
}

export interface OffsetsFailure extends AskedPartition {
  readonly error: CorruptDataError | DiskError | LimitError
}

export function* reportOffsets(
  disk: Disk,
  partitions: readonly AskedPartition[],
  options: OffsetsOptions,
): Generator<OffsetsOfPartition | OffsetsFailure> {
  const reader = new PartitionLogReader(disk, options.limits)
  for (const asked of partitions) {
    try {
      const log = reader.read(asked.path)
      yield {
        ...asked,
        ...offsetsOf(disk, log, options),
        isClean: log.isClean,
        isTiered: log.isTiered,
        refused: refusedLogs(log.directory),
      }
    } catch (error) {
      if (!isAboutData(error)) throw error
      yield { ...asked, error }
    }
  }
}

function isAboutData(error: unknown): error is OffsetsFailure['error'] {
  return [CorruptDataError, DiskError, LimitError].some(kind => error instanceof kind)
}

function offsetsOf(disk: Disk, log: PartitionLog, { query, everyOffset }: OffsetsOptions) {
  const answer = answerOffsetQuery(disk, log, query)
  const isEndAsked = everyOffset || query.kind === 'latest'
  return {
    ...(answer && { answer }),
    ...(everyOffset && { offsets: partitionOffsets(disk, log) }),
    ...(isEndAsked && { endDamage: logEnd(disk, log).endDamage }),
  }
}
