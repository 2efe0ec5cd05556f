/**
 * What a log would lose if the power failed now, as far as its log.dir can tell: all from the recovery point on, for
 * nobody has noted down that it is on the disk. Most of it may be there all the same: flushed since the recovery point
 * was noted down (by default that is done once a minute), or written by the operating system on its own.
 *
 * | the log                      | at risk                                                          |
 * |------------------------------|------------------------------------------------------------------|
 * | was closed cleanly           | nothing: its broker flushed it                                   |
 * | is the metadata log          | nothing that counts: KRaft flushes it before                     |
 * | is not in the checkpoint     | all of it: it was never noted down                               |
 * | any other                    | from the recovery point to the end                               |
 */
import type { Disk } from '../../disk/disk.ts'
import { unwritten, type UnwrittenBytes } from '../../disk/page-cache.ts'
import { METADATA_TOPIC } from '../../log/file-names.ts'
import { lookupOffset } from '../../log/offset-lookup.ts'
import { withSegment } from '../../log/open-segment.ts'
import { floorSegment } from '../../log/segment.ts'
import { localLogStartOffset, logEnd } from '../offsets/log-bounds.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'

export interface PartitionRisk {
  /** Undefined where the checkpoint doesn't have it. */
  readonly recoveryPoint: bigint | undefined
  readonly logEndOffset: bigint
  readonly bytes: number
  /** Offsets: markers of transactions are among them. */
  readonly records: bigint
  /** Greatest timestamp of the first batch at risk. */
  readonly oldestTimestamp: bigint | undefined
  /** Of the bytes at risk; undefined where the kernel doesn't tell. */
  readonly unwritten: UnwrittenBytes | undefined
}

/** @throws DiskError, CorruptDataError where the log can't be read */
export function partitionRisk(disk: Disk, log: PartitionLog): PartitionRisk {
  const { logEndOffset, bytesBehind } = logEnd(disk, log)
  const recoveryPoint = log.recoveryPointCheckpoint
  const from = greaterOf(recoveryPoint ?? 0n, localLogStartOffset(log))
  const isSafe = log.isClean || log.directory.topic === METADATA_TOPIC
  if (isSafe || from >= logEndOffset) return { ...NOTHING, recoveryPoint, logEndOffset }
  const { stretches, oldestTimestamp } = stretchesFrom(disk, log, { from, bytesBehind })
  return {
    recoveryPoint,
    logEndOffset,
    bytes: stretches.reduce((sum, { size }) => sum + size, 0),
    records: logEndOffset - from,
    oldestTimestamp,
    unwritten: unwrittenIn(stretches),
  }
}

const NOTHING = {
  bytes: 0,
  records: 0n,
  oldestTimestamp: undefined,
  unwritten: { dirtyBytes: 0, writingBytes: 0 },
}

interface Stretch {
  readonly path: string
  readonly position: number
  readonly size: number
}

interface Stretches {
  readonly stretches: readonly Stretch[]
  readonly oldestTimestamp: bigint | undefined
}

function stretchesFrom(
  disk: Disk,
  { segments }: PartitionLog,
  { from, bytesBehind }: { readonly from: bigint; readonly bytesBehind: number },
): Stretches {
  const stretches: Stretch[] = []
  let oldestTimestamp: bigint | undefined
  for (const segment of segments.slice(Math.max(0, floorSegment(segments, from)))) {
    withSegment(disk, segment, open => {
      const isLast = segment === segments.at(-1)
      const end = open.log.size() - (isLast ? bytesBehind : 0)
      const needsOldest = oldestTimestamp === undefined
      const first = needsOldest ? lookupOffset(open, from).batch : undefined
      oldestTimestamp ??= first?.maxTimestamp
      const position = needsOldest ? (first?.position ?? end) : 0
      const size = Math.max(0, end - position)
      if (size > 0) stretches.push({ path: segment.log.path, position, size })
    })
  }
  return { stretches, oldestTimestamp }
}

function unwrittenIn(stretches: readonly Stretch[]): UnwrittenBytes | undefined {
  let [dirtyBytes, writingBytes] = [0, 0]
  for (const { path, position, size } of stretches) {
    const found = unwritten(path, position, size)
    if (found === undefined) return undefined
    dirtyBytes += found.dirtyBytes
    writingBytes += found.writingBytes
  }
  return { dirtyBytes, writingBytes }
}

function greaterOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
