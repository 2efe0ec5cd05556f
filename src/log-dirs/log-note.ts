import { basename } from 'node:path'
import { METADATA_TOPIC, parsePartitionFolder } from '../log/file-names.ts'
import type { PartitionLog } from '../log/partition-log.ts'

/** What the checkpoints of a log.dir say of one of its logs. */
export interface LogNote {
  readonly topic: string
  readonly partition: number
  /** Whether they say anything of it. */
  readonly isNoted: boolean
  readonly recoveryPoint: bigint
  /** Undefined where the name of the first segment tells it. */
  readonly logStartOffset: bigint | undefined
  /** Whether it may begin in a remote storage all the same, as nobody knows the topic: what was noted then stays. */
  readonly mayBeginRemotely: boolean
  readonly highWatermark: bigint
}

export function noteOf(log: PartitionLog): LogNote {
  const { folder, config, recoveryPoint, logStartOffset, highWatermark } = log
  const { topic, partition, path } = folder
  const isTold = config.isRemote !== true && logStartOffset <= log.segments[0]!.baseOffset
  return {
    topic,
    partition,
    isNoted: !isMetadata(folder) && !isStray(path),
    recoveryPoint,
    logStartOffset: isTold ? undefined : logStartOffset,
    mayBeginRemotely: config.isRemote === undefined,
    highWatermark,
  }
}

/** The controller's log is read whole at each start, and stands in no checkpoint. */
export function isMetadata({ topic }: { readonly topic: string }): boolean {
  return topic === METADATA_TOPIC
}

function isStray(path: string): boolean {
  return parsePartitionFolder(basename(path))?.state === 'stray'
}
