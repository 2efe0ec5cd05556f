/**
 * What `kafka-storage format` leaves in each log.dir of a node that has its voters in its properties.
 *
 * | file                   | holds                                                      |
 * |------------------------|------------------------------------------------------------|
 * | `bootstrap.checkpoint` | the features that the cluster begins with                  |
 * | `meta.properties`      | whose the log.dir is; the last, as it says that all is there |
 *
 * Source: org.apache.kafka.metadata.storage.Formatter
 */
import { dirname, join } from 'node:path'
import type { Disk } from '../disk/disk.ts'
import { writeNewFile } from '../disk/replace-file.ts'
import { BOOTSTRAP_CHECKPOINT, META_PROPERTIES } from '../log/file-names.ts'
import { bootstrapRecords } from '../metadata/bootstrap-records.ts'
import { snapshotBatches } from '../metadata/metadata-batches.ts'
import type { FreshLogDir, NewFile } from './cluster-change.ts'
import { metaPropertiesBytes, type LogDirIdentity } from './meta-properties.ts'

/** In the order in which they are to be written. */
export function formattedLogDir(identity: LogDirIdentity, nowMs: number): NewFile[] {
  const options = { leaderEpoch: 0, timestamp: BigInt(nowMs) }
  return [
    {
      name: BOOTSTRAP_CHECKPOINT,
      bytes: Buffer.concat(snapshotBatches(bootstrapRecords(), options)),
    },
    { name: META_PROPERTIES, bytes: metaPropertiesBytes(identity, nowMs) },
  ]
}

/** Durable when it returns. @throws DiskError */
export function formatLogDir(disk: Disk, { path, exists, files }: FreshLogDir): void {
  if (!exists) {
    disk.makeDirectory(path)
    disk.syncDirectory(dirname(path))
  }
  for (const { name, bytes } of files) writeNewFile(disk, join(path, name), bytes)
  disk.syncDirectory(path)
}
