/**
 * Which partitions are meant, in the words of kafka-get-offsets: a regular expression for whole topic names, partition
 * numbers, or a list of rules `topic:partitions`.
 *
 * | rule            | means                                               |
 * |-----------------|-----------------------------------------------------|
 * | `t`             | all partitions of the topics that match t           |
 * | `t:2`           | partition 2                                         |
 * | `t:2-5`         | from 2 up to 5, 5 not among them                    |
 * | `t:2-`, `t:-5`  | from 2 on, up to 5                                  |
 * | `:2`            | partition 2 of every topic                          |
 *
 * Source: org.apache.kafka.tools.GetOffsetShell, org.apache.kafka.tools.filter
 */
import { UsageError } from '../base/errors.ts'

export interface NamedPartition {
  readonly topic: string
  readonly partition: number
}

export type PartitionFilter = (partition: NamedPartition) => boolean

export interface PartitionFilterOptions {
  readonly topic?: string
  readonly partitions?: string
  readonly topicPartitions?: string
  readonly excludeInternalTopics?: true
}

/** @throws UsageError */
export function createPartitionFilter(options: PartitionFilterOptions): PartitionFilter {
  const { topic, partitions, topicPartitions, excludeInternalTopics } = options
  if (topicPartitions !== undefined && (topic !== undefined || partitions !== undefined)) {
    throw new UsageError('--topic-partitions cannot be used with --topic or --partitions')
  }
  const isWanted =
    topicPartitions === undefined
      ? byTopicAndNumbers(topic ?? '.*', partitions ?? '')
      : byRules(topicPartitions)
  if (excludeInternalTopics === undefined) return isWanted
  return partition => !INTERNAL_TOPICS.has(partition.topic) && isWanted(partition)
}

const INTERNAL_TOPICS: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
])
const INT32_MAX = 0x7fffffff
const RULE = /^([^:,]*)(?::(?:([0-9]*)|([0-9]*)-([0-9]*)))?$/

function byTopicAndNumbers(topic: string, partitions: string): PartitionFilter {
  const isTopic = topicFilter(topic)
  const numbers = new Set(
    partitions === '' ? [] : partitions.split(',').map(text => partitionNumber(text, partitions)),
  )
  return partition =>
    isTopic(partition.topic) && (numbers.size === 0 || numbers.has(partition.partition))
}

function byRules(text: string): PartitionFilter {
  const rules = text.split(',').map(byRule)
  return partition => rules.some(isWanted => isWanted(partition))
}

function byRule(rule: string): PartitionFilter {
  const match = RULE.exec(rule)
  if (match === null) {
    throw new UsageError(
      `${JSON.stringify(rule)} is no rule of --topic-partitions: ` +
        'expected topic, topic:N, topic:N-M, topic:N-, topic:-M or :N',
    )
  }
  const [, topic, only, from, to] = match
  const isTopic = topicFilter(topic === undefined || topic === '' ? '.*' : topic)
  const number = (digits: string) => partitionNumber(digits, rule)
  if (only !== undefined && only !== '') {
    const wanted = number(only)
    return ({ topic: name, partition }) => isTopic(name) && partition === wanted
  }
  const lower = from === undefined || from === '' ? 0 : number(from)
  const upper = to === undefined || to === '' ? INT32_MAX : number(to)
  return ({ topic: name, partition }) => isTopic(name) && partition >= lower && partition < upper
}

/** A comma stands for "or", blanks and quotes around don't count; the whole name has to match. */
function topicFilter(text: string): (topic: string) => boolean {
  const pattern = text
    .trim()
    .replaceAll(',', '|')
    .replaceAll(' ', '')
    .replace(/^["']+|["']+$/g, '')
  try {
    const expression = new RegExp(`^(?:${pattern})$`)
    return topic => expression.test(topic)
  } catch (error) {
    throw new UsageError(
      `${JSON.stringify(text)} is no regular expression: ${error instanceof Error ? error.message : ''}`,
    )
  }
}

function partitionNumber(text: string, within: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number <= INT32_MAX) return number
  throw new UsageError(
    `${JSON.stringify(within)} holds no partition numbers: found ${JSON.stringify(text)}, ` +
      `expected whole numbers up to ${INT32_MAX}`,
  )
}
