/**
 * How records come into a metadata log that nobody leads: its only voter leads it once more. It remembers so in
 * `quorum-state`, then appends a LeaderChange and the records, in an epoch of its own, so that each epoch has the
 * records of one leader.
 *
 * Source: org.apache.kafka.raft.KafkaRaftClient, org.apache.kafka.raft.LeaderState
 */
import { leaderChangeBatch, metadataBatch } from '../metadata/metadata-batches.ts'
import type { MetadataRecord } from '../metadata/metadata-records.ts'
import { quorumStateBytes } from './quorum-state.ts'

export interface MetadataTerm {
  /** Above all that were, in the log and in `quorum-state`. */
  readonly leaderEpoch: number
  /** `quorum-state`, to be replaced durably before anything is appended. */
  readonly quorumState: Buffer
  /** To be appended in this order, and made durable. Offsets count from 0 in each: the log assigns them. */
  readonly batches: readonly Buffer[]
}

export interface SoleVoter {
  readonly nodeId: number
  /** The highest epoch that the log, its snapshots or `quorum-state` tell of; 0 for a log that is to begin. */
  readonly lastEpoch: number
  /** Whether the log holds the voters (KIP-853), not the node's properties. */
  readonly isDynamic: boolean
}

/** @param groups of records that count together: each becomes a batch */
export function metadataTerm(
  { nodeId, lastEpoch, isDynamic }: SoleVoter,
  groups: readonly (readonly MetadataRecord[])[],
  nowMs: number,
): MetadataTerm {
  const leaderEpoch = lastEpoch + 1
  const voters = [nodeId]
  const options = { leaderEpoch, timestamp: BigInt(nowMs) }
  return {
    leaderEpoch,
    quorumState: quorumStateBytes({ leaderId: nodeId, leaderEpoch, voters, isDynamic }),
    batches: [
      leaderChangeBatch(nodeId, voters, options),
      ...groups
        .filter(records => records.length > 0)
        .map(records => metadataBatch(records, options)),
    ],
  }
}
