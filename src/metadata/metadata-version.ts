/**
 * Levels of the feature `metadata.version`: which records, in which version, every node of the cluster can read.
 *
 * Source: org.apache.kafka.server.common.MetadataVersion
 */
import type { ClusterImage } from './cluster-image.ts'

/** Kafka 4.3. */
export const METADATA_VERSION_NEWEST = 30
/** 3.3-IV3: what was before it, Kafka 4 does not start on. */
export const METADATA_VERSION_OLDEST = 7

const MIGRATION_SINCE = 8
const TRANSACTIONS_SINCE = 13
const DIRECTORIES_SINCE = 17
const ELIGIBLE_LEADERS_SINCE = 23
const CORDONED_DIRECTORIES_SINCE = 30

export function supportsTransactions(level: number): boolean {
  return level >= TRANSACTIONS_SINCE
}

export function supportsDirectories({ metadataVersion = 0 }: ClusterImage): boolean {
  return metadataVersion >= DIRECTORIES_SINCE
}

/** A broker that is in controlled shutdown can be told of since the oldest. */
export function brokerRecordVersion({ metadataVersion = 0 }: ClusterImage): number {
  if (metadataVersion >= CORDONED_DIRECTORIES_SINCE) return 4
  if (metadataVersion >= DIRECTORIES_SINCE) return 3
  return metadataVersion >= MIGRATION_SINCE ? 2 : 1
}

/** Of a change of a broker's registration. */
export function brokerChangeRecordVersion({ metadataVersion = 0 }: ClusterImage): number {
  if (metadataVersion >= CORDONED_DIRECTORIES_SINCE) return 3
  return metadataVersion >= DIRECTORIES_SINCE ? 2 : 1
}

export function partitionRecordVersion({ metadataVersion = 0 }: ClusterImage): number {
  if (metadataVersion >= ELIGIBLE_LEADERS_SINCE) return 2
  return metadataVersion >= DIRECTORIES_SINCE ? 1 : 0
}
