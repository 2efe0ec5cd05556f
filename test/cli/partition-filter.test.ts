import { describe, expect, it } from 'vitest'
import { UsageError } from '../../src/base/errors.ts'
import {
  createPartitionFilter,
  type PartitionFilterOptions,
} from '../../src/cli/partition-filter.ts'

const PARTITIONS = ['a-0', 'a-1', 'a-5', 'ab-0', 'b-3', '__consumer_offsets-0'].map(name => {
  const [topic = '', partition] = name.split('-')
  return { topic, partition: Number(partition) }
})

function chosen(options: PartitionFilterOptions): string {
  const isWanted = createPartitionFilter(options)
  return PARTITIONS.filter(isWanted)
    .map(({ topic, partition }) => `${topic}-${partition}`)
    .join(' ')
}

describe('a filter of partitions', () => {
  it.each<[PartitionFilterOptions, string]>([
    [{}, 'a-0 a-1 a-5 ab-0 b-3 __consumer_offsets-0'],
    [{ excludeInternalTopics: true }, 'a-0 a-1 a-5 ab-0 b-3'],
    [{ topic: 'a' }, 'a-0 a-1 a-5'],
    [{ topic: 'a.*' }, 'a-0 a-1 a-5 ab-0'],
    [{ topic: ' "a, b" ' }, 'a-0 a-1 a-5 b-3'],
    [{ partitions: '0,3' }, 'a-0 ab-0 b-3 __consumer_offsets-0'],
    [{ topic: 'a|b', partitions: '5' }, 'a-5'],
    [{ topicPartitions: 'a' }, 'a-0 a-1 a-5'],
    [{ topicPartitions: 'a:1' }, 'a-1'],
    [{ topicPartitions: 'a:1-5' }, 'a-1'],
    [{ topicPartitions: 'a:1-' }, 'a-1 a-5'],
    [{ topicPartitions: 'a:-1' }, 'a-0'],
    [{ topicPartitions: 'a:' }, 'a-0 a-1 a-5'],
    [{ topicPartitions: 'a:-' }, 'a-0 a-1 a-5'],
    [{ topicPartitions: ':3,ab' }, 'ab-0 b-3'],
  ])('as kafka-get-offsets: %j', (options, expected) => {
    expect(chosen(options)).toBe(expected)
  })

  it.each<PartitionFilterOptions>([
    { topicPartitions: 'a', topic: 'a' },
    { topicPartitions: 'a', partitions: '0' },
    { topicPartitions: 'a:b' },
    { topicPartitions: 'a:1:2' },
    { topicPartitions: 'a:99999999999' },
    { topic: '(' },
    { partitions: '0,' },
    { partitions: '-1' },
  ])('refuses %j', options => {
    expect(() => createPartitionFilter(options)).toThrow(UsageError)
  })
})
