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
import { BOOTSTRAP_CHECKPOINT, META_PROPERTIES } from '../log/file-names.ts'
import { bootstrapRecords } from '../metadata/bootstrap-records.ts'
import { snapshotBatches } from '../metadata/metadata-batches.ts'
import { metaPropertiesBytes, type LogDirIdentity } from './meta-properties.ts'

export interface NewFile {
  readonly name: string
  readonly bytes: Buffer
}

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
