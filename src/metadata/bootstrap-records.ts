/**
 * The records that a cluster begins with, and those that its controller writes before all others when it becomes active.
 *
 * Source: org.apache.kafka.metadata.bootstrap.BootstrapMetadata, org.apache.kafka.controller.ActivationRecordsGenerator
 */
import { assert } from '../base/errors.ts'
import {
  ELIGIBLE_LEADER_REPLICAS_VERSION,
  METADATA_VERSION,
  type ClusterImage,
} from './cluster-image.ts'
import type { MetadataRecord } from './metadata-records.ts'
import { METADATA_VERSION_NEWEST, supportsTransactions } from './metadata-version.ts'
import { newRecord } from './new-record.ts'
import { ALL_BROKERS, RESOURCE_TYPE_IDS } from './resource-configs.ts'

/** As `kafka-storage format` of Kafka 4.3 has them; `metadata.version` goes first, the others by name. */
const FEATURE_LEVELS: Readonly<Record<string, number>> = {
  [METADATA_VERSION]: METADATA_VERSION_NEWEST,
  [ELIGIBLE_LEADER_REPLICAS_VERSION]: 1,
  'group.version': 1,
  'share.version': 1,
  'streams.version': 1,
  'transaction.version': 2,
}

/** What `bootstrap.checkpoint` of a fresh log.dir holds. */
export function bootstrapRecords(): MetadataRecord[] {
  return Object.entries(FEATURE_LEVELS).map(([name, featureLevel]) =>
    newRecord('FeatureLevelRecord', { name, featureLevel }),
  )
}

export interface Activation {
  /** Those of `bootstrap.checkpoint`. */
  readonly bootstrap: readonly MetadataRecord[]
  /** The brokers' `min.insync.replicas`, which a cluster with ELR has to have. */
  readonly minInsyncReplicas: number
}

/** None where the log is begun and in order. */
export function activationRecords(image: ClusterImage, activation: Activation): MetadataRecord[] {
  const abort = image.hasOpenTransaction
    ? [newRecord('AbortTransactionRecord', { reason: 'Controller failover' })]
    : []
  if (image.metadataVersion !== undefined) return abort
  return [...abort, ...beginning(activation)]
}

function beginning({ bootstrap, minInsyncReplicas }: Activation): MetadataRecord[] {
  const level = levelOf(METADATA_VERSION, bootstrap)
  assert(level > 0, 'a cluster begins with a metadata.version')
  const records = [...bootstrap]
  if (levelOf(ELIGIBLE_LEADER_REPLICAS_VERSION, bootstrap) > 0) {
    const config = {
      resourceType: RESOURCE_TYPE_IDS.broker,
      resourceName: ALL_BROKERS,
      name: 'min.insync.replicas',
      value: String(minInsyncReplicas),
    }
    records.push(newRecord('ConfigRecord', config))
  }
  if (!supportsTransactions(level)) return records
  return [
    newRecord('BeginTransactionRecord', { name: 'Bootstrap records' }),
    ...records,
    newRecord('EndTransactionRecord', {}),
  ]
}

/** @returns 0 where they don't set it */
export function levelOf(feature: string, records: readonly MetadataRecord[]): number {
  const levels = records.flatMap(record =>
    record.type === 'FeatureLevelRecord' && record.value.name === feature
      ? [record.value.featureLevel]
      : [],
  )
  return levels.at(-1) ?? 0
}
