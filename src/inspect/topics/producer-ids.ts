/** Producer ids for a stopped node's own writing: taken from the cluster, so that nobody else gets them. */
import type { ClusterChange } from '../../log-dirs/cluster-change.ts'
import { newRecord } from '../../metadata/new-record.ts'
import type { NodeIdentity } from './node-identity.ts'
import type { StoppedNode } from './stopped-node.ts'
import { changeOf, type ChangeOptions } from './topic-change.ts'

export interface ProducerIdAllocation {
  readonly producerId: bigint
  readonly change: ClusterChange
}

/** Source: org.apache.kafka.controller.ProducerIdControlManager */
export function allocateProducerId(
  node: StoppedNode,
  identity: NodeIdentity,
  options: ChangeOptions,
): ProducerIdAllocation {
  const producerId = node.image.nextProducerId
  const fields = { brokerId: identity.nodeId, brokerEpoch: -1n, nextProducerId: producerId + 1n }
  const records = [newRecord('ProducerIdsRecord', fields)]
  return {
    producerId,
    change: changeOf(node, identity, { records, format: [], renames: [] }, options),
  }
}
