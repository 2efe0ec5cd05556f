/**
 * Carries out a change of a cluster, plainly: no locks, and the batches go into a segment of their own, which a log may
 * have anywhere.
 */
import { dirname, join } from 'node:path'
import { METADATA_TOPIC_ID } from '../../src/binary/uuid.ts'
import type { Disk } from '../../src/disk/disk.ts'
import type {
  ClusterWriter,
  FreshLogDir,
  MetadataAppend,
} from '../../src/log-dirs/cluster-change.ts'
import { PARTITION_METADATA, QUORUM_STATE, segmentFileName } from '../../src/log/file-names.ts'
import { partitionMetadataBytes } from '../../src/log/partition-metadata.ts'
import { BATCH_HEADER, BatchV2 } from '../../src/record/batch-v2.ts'

export function plainClusterWriter(disk: Disk): ClusterWriter {
  return ({ format, append, renames }) => {
    for (const logDir of format) formatOne(disk, logDir)
    appendAll(disk, append)
    for (const { from, to } of renames) {
      disk.rename(from, to)
      disk.syncDirectory(dirname(to))
    }
    return Promise.resolve()
  }
}

function formatOne(disk: Disk, { path, exists, files }: FreshLogDir): void {
  if (!exists) makeDirectory(disk, path)
  for (const { name, bytes } of files) write(disk, join(path, name), bytes)
  disk.syncDirectory(path)
}

function appendAll(disk: Disk, { folder, logEndOffset, term }: MetadataAppend): void {
  if (disk.status(folder) === undefined) {
    makeDirectory(disk, folder)
    write(disk, join(folder, PARTITION_METADATA), partitionMetadataBytes(METADATA_TOPIC_ID))
  }
  const quorumState = join(folder, QUORUM_STATE)
  write(disk, `${quorumState}.tmp`, term.quorumState)
  disk.rename(`${quorumState}.tmp`, quorumState)
  disk.syncDirectory(folder)
  const placed = placedAt(logEndOffset, term.batches)
  write(disk, join(folder, segmentFileName('log', logEndOffset)), Buffer.concat(placed))
  disk.syncDirectory(folder)
}

/** The base offset lies outside the checksum. */
function placedAt(start: bigint, batches: readonly Buffer[]): Buffer[] {
  let nextOffset = start
  return batches.map(bytes => {
    const batch = Buffer.from(bytes)
    batch.writeBigInt64BE(nextOffset, BATCH_HEADER.offsetOf.baseOffset)
    nextOffset = new BatchV2(batch).lastOffset + 1n
    return batch
  })
}

function makeDirectory(disk: Disk, path: string): void {
  disk.makeDirectory(path)
  disk.syncDirectory(dirname(path))
}

function write(disk: Disk, path: string, bytes: Buffer): void {
  const file = disk.create(path)
  file.append(bytes)
  file.sync()
  file.close()
}
