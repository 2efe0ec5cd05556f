/** What lies in a partition's folder beside its segments: small texts, and leftovers of this and that. */
import { DiskError, LimitError, type Damage } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import {
  readLeaderEpochCheckpoint,
  type LeaderEpochEntry,
} from '../../log/leader-epoch-checkpoint.ts'
import type { LeftoverReason, PartitionDirectory } from '../../log/partition-directory.ts'
import { readPartitionMetadata } from '../../log/partition-metadata.ts'
import { PARTITION_METADATA } from '../../log/file-names.ts'
import type { PartitionFile } from '../../log/segment.ts'
import { readQuorumState } from '../../log-dirs/quorum-state.ts'
import { join } from 'node:path'
import { checkSwap } from './swap-check.ts'
import type { FindingPlace } from './finding.ts'
import type { FindingKind } from './finding-kinds.ts'
import type { DirState } from './partition-task.ts'

export interface PartitionFilesOptions {
  readonly disk: Disk
  readonly limits: DecodeLimits
  readonly dirState: DirState
  readonly expectsTopicId: boolean
  /** Only one segment is looked at: nothing else is reported. */
  readonly only?: bigint
  readonly report: (kind: FindingKind, place: FindingPlace) => void
}

export interface PartitionFilesReport {
  readonly topicId: string | undefined
  /** Undefined where there is no file, or one that can't be read. */
  readonly leaderEpochs: readonly LeaderEpochEntry[] | undefined
}

export function checkPartitionFiles(
  directory: PartitionDirectory,
  options: PartitionFilesOptions,
): PartitionFilesReport {
  const { report } = options
  const epochs = readReported('epoch-checkpoint', readLeaderEpochCheckpoint, {
    ...options,
    file: directory.leaderEpochs,
  })
  const topicId = checkTopicId(directory, options)
  readReported('quorum-state', readQuorumState, { ...options, file: directory.quorumState })
  if (options.only === undefined) {
    for (const { path, message } of directory.refused) {
      report('wrong-type', { file: path, found: message, expected: 'a file' })
    }
    for (const { path, name, why } of directory.leftovers) {
      // A running broker puts it in place meanwhile.
      if (why === 'swap' && name.endsWith('.log.swap') && options.dirState !== 'live') {
        checkUnlessUnreadable(path, () => checkSwap(path, options), options)
        continue
      }
      const isNumber = why !== 'unknown' || !SEGMENT_SUFFIX.test(name)
      const { kind, found, expected } = isNumber ? LEFTOVERS[why] : NAME_WITHOUT_OFFSET
      report(kind, { file: path, found, expected })
    }
  }
  const isUsable = epochs !== undefined && epochs.damages.length === 0
  return { topicId, leaderEpochs: isUsable ? epochs.entries : undefined }
}

type TopicIdOptions = Pick<PartitionFilesOptions, 'disk' | 'report' | 'expectsTopicId' | 'only'>

/** That which the folder tells, where it does. */
export function checkTopicId(
  directory: PartitionDirectory,
  options: TopicIdOptions,
): string | undefined {
  const metadata = readReported('partition-metadata', readPartitionMetadata, {
    ...options,
    file: directory.metadata,
  })
  if (options.only === undefined) reportMissingMetadata(directory, options)
  return metadata?.topicId
}

function readReported<T extends { readonly damages: readonly Damage[] }>(
  kind: FindingKind,
  decode: (bytes: Buffer, path: string) => T,
  { file, ...options }: TopicIdOptions & { readonly file: PartitionFile | undefined },
): T | undefined {
  const text = file === undefined ? undefined : readText(file, decode, options)
  if (options.only !== undefined) return text
  for (const damage of text?.damages ?? []) options.report(kind, placeOf(damage, file!.path))
  return text
}

/** A partition that has no records yet may not have its id yet. */
function reportMissingMetadata(directory: PartitionDirectory, options: TopicIdOptions): void {
  const hasRecords = directory.segments.some(({ log }) => log.size > 0)
  if (directory.metadata !== undefined || !options.expectsTopicId || !hasRecords) return
  const file = join(directory.path, PARTITION_METADATA)
  const expected = 'the id of the topic'
  options.report('partition-metadata-missing', { file, found: 'no file', expected })
}

function readText<T>(
  file: PartitionFile,
  decode: (bytes: Buffer, path: string) => T,
  { disk, report }: Pick<PartitionFilesOptions, 'disk' | 'report'>,
): T | undefined {
  const { path } = file
  return checkUnlessUnreadable(path, () => decode(disk.readWhole(path), path), { report })
}

function checkUnlessUnreadable<T>(
  path: string,
  check: () => T,
  { report }: Pick<PartitionFilesOptions, 'report'>,
): T | undefined {
  try {
    return check()
  } catch (error) {
    if (!(error instanceof DiskError) && !(error instanceof LimitError)) throw error
    report('unreadable', { file: path, found: error.message, expected: 'a readable file' })
    return undefined
  }
}

export function placeOf(damage: Damage, path: string): FindingPlace {
  const { position, reason, found, expected } = damage
  return { file: path, position, found: `${reason}: ${found}`, expected }
}

/** A broker takes what stands before the first dot for an offset, whatever it is. */
const SEGMENT_SUFFIX = /\.(log|index|timeindex|txnindex|snapshot|cleaned|swap)$/

const NAME_WITHOUT_OFFSET = {
  kind: 'file-name',
  found: 'a name that is no offset',
  expected: 'an offset of 20 digits',
} as const

const LEFTOVERS: Readonly<
  Record<
    LeftoverReason,
    { readonly kind: FindingKind; readonly found: string; readonly expected: string }
  >
> = {
  deleted: { kind: 'deleted-file', found: 'a file that waits for its deletion', expected: 'none' },
  cleaned: { kind: 'cleaned-file', found: 'a compaction that did not finish', expected: 'none' },
  swap: { kind: 'swap-file', found: 'a compaction that was not put in place', expected: 'none' },
  temporary: { kind: 'temporary-file', found: 'a write that did not finish', expected: 'none' },
  partial: {
    kind: 'partial-snapshot',
    found: 'a snapshot that was not finished',
    expected: 'none',
  },
  'orphan-index': { kind: 'orphan-index', found: 'an index without a log', expected: 'none' },
  misnamed: {
    kind: 'file-digits',
    found: 'a number that has not 20 digits',
    expected: '20 digits',
  },
  unknown: { kind: 'unknown-file', found: 'no name of a file of Kafka', expected: 'none' },
}
