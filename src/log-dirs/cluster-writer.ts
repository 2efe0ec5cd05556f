/**
 * Carries out changes of a cluster whose only node is stopped, with the locks of all its log.dirs held. Each step is
 * durable before the next begins: formatted log.dirs, `quorum-state`, the records, the renames, marks of a clean
 * shutdown. Those that are there stay: an interruption leaves nothing but the metadata log to be put in order.
 */
import { dirname, join, resolve } from 'node:path'
import { RefusedError } from '../base/errors.ts'
import { METADATA_TOPIC_ID } from '../binary/uuid.ts'
import type { Disk } from '../disk/disk.ts'
import { replaceFile, writeNewFile } from '../disk/replace-file.ts'
import { CLEAN_SHUTDOWN, METADATA_TOPIC, QUORUM_STATE } from '../log/file-names.ts'
import type { LogClock } from '../log/active-segments.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import { BATCH_HEADER, BatchV2 } from '../record/batch-v2.ts'
import { encodeCleanShutdown } from './clean-shutdown.ts'
import type { ClusterChange, ClusterWriter, MetadataAppend } from './cluster-change.ts'
import { formatLogDir } from './formatted-log-dir.ts'
import { LogDirs } from './log-dirs.ts'
import { METADATA_LOG_CONFIG } from './topic-log-configs.ts'

export interface ClusterWriterOptions {
  readonly disk: Disk
  readonly clock: LogClock
  /** False for a disk that nobody else sees. */
  readonly takesLocks?: boolean
}

/** What it returns throws DiskError, or RefusedError where the log has changed since it was looked at. */
export function clusterWriter(options: ClusterWriterOptions): ClusterWriter {
  return async change => {
    for (const logDir of change.format) formatLogDir(options.disk, logDir)
    const logDirs = LogDirs.open(change.logDirs, {
      ...options,
      configOf: () => METADATA_LOG_CONFIG,
      producerExpirationMs: Infinity,
      keepsMark: true,
    })
    try {
      await carryOut(change, logDirs, options.disk)
    } finally {
      await logDirs.close()
    }
  }
}

async function carryOut(
  { append, renames, unused, brokerEpoch }: ClusterChange,
  logDirs: LogDirs,
  disk: Disk,
): Promise<void> {
  const log = openMetadataLog(append, logDirs, disk)
  const { leaderEpoch, quorumState, batches } = append.term
  replaceFile(disk, join(append.folder, QUORUM_STATE), quorumState)
  log.append(placedAt(append.logEndOffset, batches), { leaderEpoch, origin: 'raft' })
  await log.flush()
  for (const { from, to } of renames) {
    disk.rename(from, to)
    disk.syncDirectory(dirname(to))
  }
  for (const path of unused) {
    writeNewFile(disk, join(path, CLEAN_SHUTDOWN), encodeCleanShutdown(brokerEpoch))
    disk.syncDirectory(path)
  }
}

/** At the offset where the records go: a log that ends before its last snapshot begins anew behind that. */
function openMetadataLog(
  { folder, logEndOffset }: MetadataAppend,
  logDirs: LogDirs,
  disk: Disk,
): PartitionLog {
  const partition = { topic: METADATA_TOPIC, partition: 0 }
  const dir = logDirs.dirs.find(({ path }) => resolve(path) === resolve(dirname(folder)))!
  const isThere = disk.status(folder) !== undefined
  const log = isThere ? dir.open(partition) : dir.create(partition, METADATA_TOPIC_ID)
  dir.ready()
  if (log.endOffset < logEndOffset) log.truncateFullyAndStartAt(logEndOffset)
  if (log.endOffset === logEndOffset) return log
  throw new RefusedError(
    'OFFSET_OUT_OF_RANGE',
    `${folder} ends at offset ${log.endOffset}, no longer at ${logEndOffset}: try again`,
  )
}

/** The base offset lies outside the checksum. */
function placedAt(start: bigint, batches: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(batches)
  let nextOffset = start
  for (let at = 0; at < bytes.length;) {
    bytes.writeBigInt64BE(nextOffset, at + BATCH_HEADER.offsetOf.baseOffset)
    const batch = new BatchV2(bytes, at)
    nextOffset = batch.lastOffset + 1n
    at += batch.size
  }
  return bytes
}
