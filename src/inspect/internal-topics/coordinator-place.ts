/**
 * In which partition of a coordinator's topic a group or a transactional id is kept: that of its name's hash. How many
 * partitions the topic has, the cluster's metadata knows; without it, Kafka's default of 50 is assumed, unless the
 * folders here form a whole topic of fewer, or go beyond.
 *
 * Source: org.apache.kafka.coordinator.group.GroupCoordinatorService#partitionFor,
 * kafka.coordinator.transaction.TransactionStateManager#partitionFor
 */
import { javaStringHash } from '../../binary/java-hash.ts'
import type { ClusterTopics } from './cluster-topics.ts'
import type { PartitionsHere } from './partitions-here.ts'

export interface CoordinatorTopic {
  readonly topic: string
  readonly partitionCount: number
  /** Whether the count is known, or assumed. */
  readonly isKnown: boolean
  /** Ascending. */
  readonly here: readonly number[]
  /** The numbers that are not here, both ends included, ascending. */
  readonly missing: readonly NumberRange[]
}

export interface NumberRange {
  readonly from: number
  readonly to: number
}

const DEFAULT_PARTITION_COUNT = 50

export function coordinatorTopic(
  topic: string,
  partitions: PartitionsHere,
  cluster: ClusterTopics | undefined,
): CoordinatorTopic {
  const here = partitions.numbersOf(topic)
  const known = cluster?.byName(topic)?.partitionCount
  const partitionCount = known ?? assumedCount(here)
  const missing = gapsIn(here, partitionCount)
  return { topic, partitionCount, isKnown: known !== undefined, here, missing }
}

export function coordinatorPartitionOf(name: string, partitionCount: number): number {
  return javaAbs(javaStringHash(name)) % partitionCount
}

function assumedCount(here: readonly number[]): number {
  const upTo = (here.at(-1) ?? -1) + 1
  const isWhole = upTo > 0 && here.length === upTo
  return isWhole ? upTo : Math.max(DEFAULT_PARTITION_COUNT, upTo)
}

function gapsIn(numbers: readonly number[], end: number): NumberRange[] {
  const gaps: NumberRange[] = []
  let next = 0
  for (const number of [...numbers.filter(number => number < end), end]) {
    if (number > next) gaps.push({ from: next, to: number - 1 })
    next = number + 1
  }
  return gaps
}

/** As Kafka takes it: 0 for the one number that has no positive counterpart. */
function javaAbs(hash: number): number {
  return hash === -0x80000000 ? 0 : Math.abs(hash)
}
