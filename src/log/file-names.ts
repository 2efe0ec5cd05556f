/**
 * The names in a log.dir, built and parsed in this one place.
 *
 * | name                                       | what it is                                               |
 * |--------------------------------------------|----------------------------------------------------------|
 * | `%020d.log` `.index` `.timeindex` `.txnindex` | one segment; the number is its base offset            |
 * | `%020d.snapshot`                           | producer state up to that offset, exclusive              |
 * | … `.deleted` `.cleaned` `.swap` after it   | waiting for deletion, unfinished, or being swapped in    |
 * | `%020d-%010d.checkpoint`                   | KRaft snapshot: end offset, epoch                        |
 * | … `-<random>.checkpoint.part`, `….checkpoint.deleted` | being written, or waiting for deletion        |
 * | `<topic>-<partition>`                      | folder of a partition; the last `-` divides              |
 * | … `.<unique id>-delete` `-future` `-stray` | to be deleted, being moved here, or unknown to the cluster |
 *
 * The topic of a `-delete` or `-stray` folder may be cut, so that the name keeps to 255 characters.
 *
 * Source: org.apache.kafka.storage.internals.log.LogFileUtils, LocalLog#parseTopicPartitionName,
 * org.apache.kafka.snapshot.Snapshots
 */
import { INT64_MAX } from '../binary/big-endian.ts'
export type SegmentFileKind = 'log' | 'index' | 'timeindex' | 'txnindex' | 'snapshot'
export type SegmentFileState = 'live' | 'deleted' | 'cleaned' | 'swap'

export interface SegmentFileName {
  readonly kind: SegmentFileKind
  /** Of the segment; of a snapshot the offset it reaches up to, exclusive. */
  readonly baseOffset: bigint
  readonly state: SegmentFileState
  /** Whether the number has the 20 digits that Kafka writes; a broker does not find a file named otherwise. */
  readonly wellFormed: boolean
}

export interface CheckpointFileName {
  /** Exclusive. */
  readonly endOffset: bigint
  readonly epoch: number
  readonly state: 'live' | 'partial' | 'deleted'
}

export type PartitionState = 'live' | 'deleted' | 'future' | 'stray'

export interface PartitionFolderName {
  readonly topic: string
  readonly partition: number
  readonly state: PartitionState
  /** Tells folders of one partition apart; live ones have none. */
  readonly uniqueId?: string
}

/** In a partition's folder. */
export const LEADER_EPOCH_CHECKPOINT = 'leader-epoch-checkpoint'
export const PARTITION_METADATA = 'partition.metadata'
export const QUORUM_STATE = 'quorum-state'

/** In the root of a log.dir. */
export const META_PROPERTIES = 'meta.properties'
export const BOOTSTRAP_CHECKPOINT = 'bootstrap.checkpoint'
export const LOCK_FILE = '.lock'
export const CLEAN_SHUTDOWN = '.kafka_cleanshutdown'
export const RECOVERY_POINT_CHECKPOINT = 'recovery-point-offset-checkpoint'
export const LOG_START_CHECKPOINT = 'log-start-offset-checkpoint'
export const HIGH_WATERMARK_CHECKPOINT = 'replication-offset-checkpoint'
export const CLEANER_CHECKPOINT = 'cleaner-offset-checkpoint'
export const REMOTE_INDEX_CACHE = 'remote-log-index-cache'

export const METADATA_TOPIC = '__cluster_metadata'

/** Behind the name of a file that is removed after a while: readers may still have it open. */
export const DELETED_SUFFIX = '.deleted'

const OFFSET_DIGITS = 20
const EPOCH_DIGITS = 10
const INT32_MAX = 0x7fffffff

const SEGMENT_FILE = /^(\d+)\.(log|index|timeindex|txnindex|snapshot)(?:\.(deleted|cleaned|swap))?$/

export function parseSegmentFileName(name: string): SegmentFileName | undefined {
  const [, digits, kind, state = 'live'] = SEGMENT_FILE.exec(name) ?? []
  const baseOffset = parseOffset(digits)
  if (digits === undefined || baseOffset === undefined) return undefined
  return {
    kind: kind as SegmentFileKind,
    baseOffset,
    state: state as SegmentFileState,
    wellFormed: digits.length === OFFSET_DIGITS,
  }
}

/** Whether it is that of a segment's log which a broker finds. */
export function isLiveLog(name: string): boolean {
  const parsed = parseSegmentFileName(name)
  return parsed?.kind === 'log' && parsed.state === 'live' && parsed.wellFormed
}

export function segmentFileName(kind: SegmentFileKind, baseOffset: bigint): string {
  return `${offsetDigits(baseOffset)}.${kind}`
}

const CHECKPOINT_FILE = /^(\d{20})-(\d{10})(?:\.checkpoint(\.deleted)?|-\d+\.checkpoint(\.part))$/

/** A KRaft snapshot; `bootstrap.checkpoint` has no offset and is not one of these. */
export function parseCheckpointFileName(name: string): CheckpointFileName | undefined {
  const [, offsetText, epochText, deleted, part] = CHECKPOINT_FILE.exec(name) ?? []
  const endOffset = parseOffset(offsetText)
  const epoch = Number(epochText)
  if (endOffset === undefined || epoch > INT32_MAX) return undefined
  if (part !== undefined) return { endOffset, epoch, state: 'partial' }
  return { endOffset, epoch, state: deleted === undefined ? 'live' : 'deleted' }
}

export function checkpointFileName(endOffset: bigint, epoch: number): string {
  return `${offsetDigits(endOffset)}-${String(epoch).padStart(EPOCH_DIGITS, '0')}.checkpoint`
}

/** Whether it is the name of a file that brokers have in the folder of a partition. */
export function isPartitionFileName(name: string): boolean {
  if ([LEADER_EPOCH_CHECKPOINT, PARTITION_METADATA, QUORUM_STATE].includes(name)) return true
  return parseSegmentFileName(name) !== undefined || parseCheckpointFileName(name) !== undefined
}

const SUFFIXED_FOLDER = /^(.+)\.([^ \t\n\v\f\r.]+)-(delete|future|stray)$/s
const SUFFIX_MEANING = { delete: 'deleted', future: 'future', stray: 'stray' } as const
const SUFFIX_OF = { deleted: '-delete', future: '-future', stray: '-stray' } as const

/** Undefined where a broker would refuse to start over a folder of that name. */
export function parsePartitionFolder(name: string): PartitionFolderName | undefined {
  if (!/-(?:delete|future|stray)$/.test(name)) return parsePlainFolder(name)
  const [, front, uniqueId, suffix] = SUFFIXED_FOLDER.exec(name) ?? []
  const plain =
    front === undefined || /[ \t\n\v\f\r]/.test(front) ? undefined : parsePlainFolder(front)
  if (plain === undefined || uniqueId === undefined) return undefined
  return { ...plain, state: SUFFIX_MEANING[suffix as keyof typeof SUFFIX_MEANING], uniqueId }
}

export function partitionFolderName(folder: PartitionFolderName): string {
  const plain = `${folder.topic}-${folder.partition}`
  if (folder.state === 'live') return plain
  return `${plain}.${folder.uniqueId ?? ''}${SUFFIX_OF[folder.state]}`
}

const NAME_LENGTH_MAX = 255

/**
 * The name of a folder whose partition was deleted: its topic is cut where the whole would be too long.
 *
 * @param uniqueId 32 hex digits
 */
export function deletedFolderName(partition: NamedPartition, uniqueId: string): string {
  return cutFolderName(partition, uniqueId, SUFFIX_OF.deleted)
}

/** The same of one that the cluster knows nothing of. */
export function strayFolderName(partition: NamedPartition, uniqueId: string): string {
  return cutFolderName(partition, uniqueId, SUFFIX_OF.stray)
}

interface NamedPartition {
  readonly topic: string
  readonly partition: number
}

function cutFolderName({ topic, partition }: NamedPartition, uniqueId: string, state: string) {
  const suffix = `-${partition}.${uniqueId}${state}`
  return `${topic.slice(0, NAME_LENGTH_MAX - suffix.length)}${suffix}`
}

function parsePlainFolder(name: string): PartitionFolderName | undefined {
  const [, topic, digits] = /^(.+)-(\d+)$/s.exec(name) ?? []
  const partition = Number(digits)
  if (topic === undefined || partition > INT32_MAX) return undefined
  return { topic, partition, state: 'live' }
}

function parseOffset(digits: string | undefined): bigint | undefined {
  if (digits === undefined) return undefined
  const offset = BigInt(digits)
  return offset > INT64_MAX ? undefined : offset
}

function offsetDigits(offset: bigint): string {
  return String(offset).padStart(OFFSET_DIGITS, '0')
}
