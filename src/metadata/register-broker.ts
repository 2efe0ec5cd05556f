/**
 * The registration of a broker that is not at work: as one has left it that was shut down cleanly. When the broker
 * starts, its controller looks for it. Without it, or where the broker can't tell its epoch, the broker counts as one
 * that has lost what it had: it is no longer eligible to lead any partition, and is elected uncleanly for all.
 *
 * What it listens on and which features it has are not known here; it says so itself, when it registers anew.
 *
 * Source: org.apache.kafka.controller.ClusterControlManager#registerBroker
 */
import type { ClusterImage } from './cluster-image.ts'
import type { MetadataRecord } from './metadata-records.ts'
import { brokerRecordVersion, supportsDirectories } from './metadata-version.ts'
import { newRecord } from './new-record.ts'

export interface StoppedBroker {
  readonly brokerId: number
  /** The offset at which the record goes into the log. */
  readonly brokerEpoch: bigint
  /** Chosen at random by the caller. */
  readonly incarnationId: string
  /** Directory ids of all its log.dirs. */
  readonly logDirs: readonly string[]
}

export function registerBroker(
  { logDirs, ...broker }: StoppedBroker,
  image: ClusterImage,
): MetadataRecord {
  const fields = {
    ...broker,
    rack: null,
    fenced: true,
    inControlledShutdown: true,
    logDirs: supportsDirectories(image) ? [...logDirs] : [],
  }
  return newRecord('RegisterBrokerRecord', fields, brokerRecordVersion(image))
}
