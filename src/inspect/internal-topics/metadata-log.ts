/**
 * The metadata log of a cluster, replayed: its last KRaft snapshot, and the records behind that.
 *
 * Source: org.apache.kafka.raft.internals.KRaftControlRecordStateMachine
 */
import { CorruptDataError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { ClusterImage } from '../../metadata/cluster-image.ts'
import { decodeMetadataRecord } from '../../metadata/metadata-records.ts'
import type { ControlRecord } from '../../protocol/control-record.ts'
import type { PartitionHere } from './partitions-here.ts'
import { walkFile, walkPartition, type ProblemTaker, type RecordVisitor } from './record-walk.ts'

export interface MetadataLog {
  /** The folder. */
  readonly path: string
  readonly image: ClusterImage
  /** Exclusive; where the log itself ends before its last snapshot, that snapshot's. */
  readonly logEndOffset: bigint
  /** The highest of its batches and its snapshot; 0 where it has none. */
  readonly lastEpoch: number
  readonly quorum: Quorum
  /** Records that a later Kafka wrote: what they say is missing in the image. */
  readonly unknownRecordCount: number
}

export interface Quorum {
  /** Node ids, as far as the log tells them. */
  readonly voters: readonly number[] | undefined
  /** Whether the log holds the voters (KIP-853), not the nodes' properties. */
  readonly isDynamic: boolean
}

export function readMetadataLog(
  disk: Disk,
  { path, log }: PartitionHere,
  problem: ProblemTaker,
): MetadataLog {
  const replay = new Replay()
  const snapshot = log.directory.checkpoints.at(-1)
  if (snapshot === undefined) {
    walkPartition(disk, log, replay, problem)
    return { path, ...replay.result(), logEndOffset: log.logEndOffset }
  }
  const { file, endOffset, epoch } = snapshot
  const { limits } = log
  replay.beginAt(epoch)
  walkFile(disk, file.path, { visitor: replay, problem, isLast: false, baseOffset: 0n, limits })
  const logStartCheckpoint = greaterOf(log.logStartCheckpoint ?? 0n, endOffset)
  walkPartition(disk, { ...log, logStartCheckpoint }, replay, problem)
  return { path, ...replay.result(), logEndOffset: greaterOf(log.logEndOffset, endOffset) }
}

class Replay implements RecordVisitor {
  readonly #image = new ClusterImage()
  #lastEpoch = 0
  #voters: readonly number[] | undefined
  #isDynamic = false
  #unknownRecordCount = 0

  beginAt(epoch: number): void {
    this.#lastEpoch = epoch
  }

  batch({ partitionLeaderEpoch }: { readonly partitionLeaderEpoch: number }): void {
    this.#lastEpoch = Math.max(this.#lastEpoch, partitionLeaderEpoch)
  }

  /** A record of a later Kafka says nothing that this one could understand. */
  record({ value }: { readonly value: Buffer | null }): void {
    try {
      this.#image.apply(decodeMetadataRecord(value))
    } catch (error) {
      if (!(error instanceof CorruptDataError)) throw error
      this.#unknownRecordCount++
    }
  }

  control(record: ControlRecord): void {
    if (record.type === 'KRAFT_VERSION') this.#isDynamic = record.value.kRaftVersion > 0
    else if (record.type === 'KRAFT_VOTERS') this.#voters = idsOf(record.value.voters)
    else if (record.type === 'LEADER_CHANGE' && !this.#isDynamic) {
      this.#voters = idsOf(record.value.voters)
    }
  }

  endTransaction(): void {
    // Of producers; metadata has transactions of its own.
  }

  result(): Omit<MetadataLog, 'path' | 'logEndOffset'> {
    return {
      image: this.#image,
      lastEpoch: this.#lastEpoch,
      quorum: { voters: this.#voters, isDynamic: this.#isDynamic },
      unknownRecordCount: this.#unknownRecordCount,
    }
  }
}

function idsOf(voters: readonly { readonly voterId: number }[]): number[] {
  return voters.map(({ voterId }) => voterId)
}

function greaterOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
