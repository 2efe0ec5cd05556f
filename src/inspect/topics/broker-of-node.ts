/** The broker of a stopped node as its cluster knows it, or gets to know it now. */
import type { FreshLogDir } from '../../log-dirs/cluster-change.ts'
import type { LogDir } from '../../log-dirs/log-dir.ts'
import { isMetadata } from '../../log-dirs/log-note.ts'
import type { MetadataRecord } from '../../metadata/metadata-records.ts'
import { registerBroker } from '../../metadata/register-broker.ts'
import { pathsById } from './cluster-here.ts'
import { standsForLost } from './missing-log-dirs.ts'
import type { StoppedNode } from './stopped-node.ts'

export interface BrokerOfNode {
  /** To be appended behind the activation; nothing where it is registered already. */
  readonly registration: readonly MetadataRecord[]
  readonly brokerEpoch: bigint
  /** Log.dirs that it has written nothing to. */
  readonly unused: readonly string[]
}

export function brokerOf(
  node: StoppedNode,
  brokerId: number,
  { format, newId }: { readonly format: readonly FreshLogDir[]; readonly newId: () => string },
): BrokerOfNode {
  const fresh = format.map(({ path }) => path)
  const registered = node.image.brokers.byId(brokerId)
  if (registered !== undefined) {
    return { registration: [], brokerEpoch: registered.brokerEpoch, unused: fresh }
  }
  // Behind the LeaderChange, with which a term begins.
  const brokerEpoch = node.logEndOffset + 1n + BigInt(node.activation.length)
  const logDirs = [...pathsById(node.logDirs).keys(), ...format.map(each => each.directoryId)]
  const broker = { brokerId, brokerEpoch, incarnationId: newId(), logDirs }
  return {
    registration: [registerBroker(broker, node.image)],
    brokerEpoch,
    unused: [...node.logDirs.filter(isUnused).map(({ path }) => path), ...fresh],
  }
}

/** Log.dirs that were lost and are empty again: whatever comes into them, nothing of it is missing. */
export function emptiedLogDirs(node: StoppedNode, nodeId: number): string[] {
  const isForLost = standsForLost({ ...node, nodeId })
  return node.logDirs.filter(each => isUnused(each) && !isForLost(each)).map(({ path }) => path)
}

/** That of a broker which was never at work. */
function isUnused({ partitions, cleanShutdown }: LogDir): boolean {
  return cleanShutdown === undefined && partitions.every(({ parsed }) => isMetadata(parsed))
}
