/** Why a cluster can't be changed from here: nothing but its only node may write its metadata log. */
import type { QuorumState } from '../../log-dirs/quorum-state.ts'
import type { ClusterImage } from '../../metadata/cluster-image.ts'
import {
  METADATA_VERSION_NEWEST,
  METADATA_VERSION_OLDEST,
} from '../../metadata/metadata-version.ts'
import type { MetadataLog } from '../internal-topics/metadata-log.ts'
import { ONLINE_ADVICE } from './node-identity.ts'

export interface ClusterFacts {
  readonly nodeId: number
  readonly image: ClusterImage
  readonly metadataLog: MetadataLog | undefined
  readonly quorumState: QuorumState | undefined
}

export function clusterProblems(facts: ClusterFacts): string[] {
  return [...recordProblems(facts), ...voterProblems(facts), ...brokerProblems(facts)]
}

function recordProblems({ image, metadataLog, quorumState }: ClusterFacts): string[] {
  const unknown = metadataLog?.unknownRecordCount ?? 0
  const level = image.metadataVersion ?? 0
  const problems: string[] = []
  if (unknown > 0) {
    problems.push(`the metadata log has records of a later Kafka (${unknown}): ${ONLINE_ADVICE}`)
  }
  if (level > METADATA_VERSION_NEWEST || level < METADATA_VERSION_OLDEST) {
    problems.push(
      `metadata.version is ${level}; from ${METADATA_VERSION_OLDEST} to ` +
        `${METADATA_VERSION_NEWEST} are known: ${ONLINE_ADVICE}`,
    )
  }
  const damages = quorumState?.damages ?? []
  return [...problems, ...damages.map(({ file, reason }) => `${file}: ${reason}`)]
}

/** What a minority of voters writes, the others' leader makes it cut off. */
function voterProblems({ nodeId, metadataLog, quorumState }: ClusterFacts): string[] {
  const voters = metadataLog?.quorum.voters ?? quorumState?.currentVoters
  if (voters === undefined || (voters.length === 1 && voters[0] === nodeId)) return []
  const ids = voters.join(', ')
  return [`node ${nodeId} is not the only voter of its cluster (${ids}): ${ONLINE_ADVICE}`]
}

function brokerProblems({ nodeId, image }: ClusterFacts): string[] {
  const others = image.brokers.all().filter(({ brokerId }) => brokerId !== nodeId)
  if (others.length === 0) return []
  const ids = others.map(({ brokerId }) => brokerId).join(', ')
  return [`the cluster has other brokers (${ids}) than node ${nodeId}: ${ONLINE_ADVICE}`]
}
