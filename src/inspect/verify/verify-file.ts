/** A single file: of a segment's file the segment is verified, of any other file its format. */
import { basename, dirname } from 'node:path'
import type { Damage } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import {
  BOOTSTRAP_CHECKPOINT,
  CLEAN_SHUTDOWN,
  CLEANER_CHECKPOINT,
  HIGH_WATERMARK_CHECKPOINT,
  LEADER_EPOCH_CHECKPOINT,
  LOG_START_CHECKPOINT,
  META_PROPERTIES,
  parseCheckpointFileName,
  parseSegmentFileName,
  PARTITION_METADATA,
  QUORUM_STATE,
  RECOVERY_POINT_CHECKPOINT,
  segmentFileName,
} from '../../log/file-names.ts'
import { readLeaderEpochCheckpoint } from '../../log/leader-epoch-checkpoint.ts'
import { readOffsetCheckpoint } from '../../log/offset-checkpoint.ts'
import { readPartitionMetadata } from '../../log/partition-metadata.ts'
import { producerSnapshotDamages } from '../../log/producer-snapshot.ts'
import { readCleanShutdown } from '../../log-dirs/clean-shutdown.ts'
import { readMetaProperties } from '../../log-dirs/meta-properties.ts'
import { readQuorumState } from '../../log-dirs/quorum-state.ts'
import type { Finding } from './finding.ts'
import { FindingLog } from './finding-log.ts'
import type { FindingKind } from './finding-kinds.ts'
import { checkKraftSnapshot } from './kraft-snapshot-check.ts'
import { placeOf } from './partition-files-check.ts'

export type FilePlan =
  | { readonly kind: 'segment'; readonly baseOffset: bigint }
  | { readonly kind: 'findings'; readonly findings: readonly Finding[] }

export interface FilePlanOptions {
  readonly disk: Disk
  readonly limits: DecodeLimits
}

/** Undefined where the name is none of Kafka's. */
export function planFile(path: string, options: FilePlanOptions): FilePlan | undefined {
  const name = basename(path)
  const segment = parseSegmentFileName(name)
  const findings = new FindingLog()
  const report: FindingLog['add'] = (kind, place) => findings.add(kind, place)
  if (segment?.state === 'live' && segment.wellFormed && segment.kind !== 'snapshot') {
    const log = `${dirname(path)}/${segmentFileName('log', segment.baseOffset)}`
    if (options.disk.status(log) !== undefined) {
      return { kind: 'segment', baseOffset: segment.baseOffset }
    }
    report('orphan-index', { file: path, found: 'an index without a log', expected: 'none' })
  } else if (parseCheckpointFileName(name) !== undefined || name === BOOTSTRAP_CHECKPOINT) {
    checkKraftSnapshot(path, { ...options, report })
  } else {
    const reader = segment?.kind === 'snapshot' ? SNAPSHOT_READER : TEXT_READERS.get(name)
    if (reader === undefined) return undefined
    const bytes = options.disk.readWhole(path)
    for (const damage of reader.damages(bytes, path)) report(reader.kind, placeOf(damage, path))
  }
  return { kind: 'findings', findings: findings.result() }
}

interface FormatReader {
  readonly kind: FindingKind
  readonly damages: (bytes: Buffer, path: string) => Iterable<Damage>
}

const SNAPSHOT_READER: FormatReader = { kind: 'snapshot-format', damages: producerSnapshotDamages }

type TextReader = (bytes: Buffer, path: string) => { readonly damages: readonly Damage[] }

const texts = (kind: FindingKind, read: TextReader): FormatReader => ({
  kind,
  damages: (bytes, path) => read(bytes, path).damages,
})

const TEXT_READERS: ReadonlyMap<string, FormatReader> = new Map([
  [LEADER_EPOCH_CHECKPOINT, texts('epoch-checkpoint', readLeaderEpochCheckpoint)],
  [PARTITION_METADATA, texts('partition-metadata', readPartitionMetadata)],
  [QUORUM_STATE, texts('quorum-state', readQuorumState)],
  [META_PROPERTIES, texts('meta-properties', readMetaProperties)],
  [CLEAN_SHUTDOWN, texts('shutdown-marker', readCleanShutdown)],
  [RECOVERY_POINT_CHECKPOINT, texts('checkpoint-file', readOffsetCheckpoint)],
  [LOG_START_CHECKPOINT, texts('checkpoint-file', readOffsetCheckpoint)],
  [HIGH_WATERMARK_CHECKPOINT, texts('high-watermark-file', readOffsetCheckpoint)],
  [CLEANER_CHECKPOINT, texts('cleaner-file', readOffsetCheckpoint)],
])
