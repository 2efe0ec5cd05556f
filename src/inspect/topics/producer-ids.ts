/**
 * Producer ids of a stopped node's cluster: taken from it for writing, so that nobody else gets them, and passed over where
 * others come in with records, so that nobody is taken for the producer that wrote those.
 *
 * Source: org.apache.kafka.controller.ProducerIdControlManager
 */
import { UsageError } from '../../base/errors.ts'
import { INT64_MAX } from '../../binary/big-endian.ts'
import type { ClusterChange } from '../../log-dirs/cluster-change.ts'
import type { ClusterImage } from '../../metadata/cluster-image.ts'
import type { MetadataRecord } from '../../metadata/metadata-records.ts'
import { newRecord } from '../../metadata/new-record.ts'
import { PRODUCER_ID_BLOCK_SIZE } from '../../metadata/producer-id-block.ts'
import type { NodeIdentity } from './node-identity.ts'
import type { StoppedNode } from './stopped-node.ts'
import { changeOf, type ChangeOptions } from './topic-change.ts'

export interface ProducerIdAllocation {
  readonly producerId: bigint
  readonly change: ClusterChange
}

/** Of the first that the cluster gives next; it only ever grows. */
export interface ProducerIdMove {
  readonly from: bigint
  readonly to: bigint
}

export function allocateProducerId(
  node: StoppedNode,
  identity: NodeIdentity,
  options: ChangeOptions,
): ProducerIdAllocation {
  const producerId = node.image.nextProducerId
  return { producerId, change: nextProducerIdChange(node, identity, producerId + 1n, options) }
}

export function nextProducerIdChange(
  node: StoppedNode,
  identity: NodeIdentity,
  nextProducerId: bigint,
  options: ChangeOptions,
): ClusterChange {
  const records = [nextProducerIdRecord(identity, nextProducerId)]
  return changeOf(node, identity, { records, format: [], renames: [] }, options)
}

/**
 * Past the highest id that comes in, by whole blocks; undefined where the cluster gives only higher ones anyway.
 *
 * @param highest −1 where none comes in
 * @throws UsageError where it would have none left
 */
export function moveProducerIds(
  { nextProducerId: from }: Pick<ClusterImage, 'nextProducerId'>,
  highest: bigint,
): ProducerIdMove | undefined {
  if (highest < from) return undefined
  const to = (highest / PRODUCER_ID_BLOCK_SIZE + 1n) * PRODUCER_ID_BLOCK_SIZE
  if (to <= INT64_MAX - PRODUCER_ID_BLOCK_SIZE) return { from, to }
  throw new UsageError(
    `producer id ${highest} is among what is imported, and the cluster would have none left to give: ` +
      'what is exported as lines can be imported without its producers, by --markers drop',
  )
}

export function nextProducerIdRecord(
  { nodeId }: NodeIdentity,
  nextProducerId: bigint,
): MetadataRecord {
  return newRecord('ProducerIdsRecord', { brokerId: nodeId, brokerEpoch: -1n, nextProducerId })
}
