import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/base/random.ts'
import { OutgoingRecord } from '../../src/client/outgoing-record.ts'
import { DefaultPartitioner } from '../../src/client/partitioner.ts'

/** What Apache Kafka's Utils.murmur2 makes of them, without sign, modulo 10. */
const KAFKA: readonly [string, number][] = [
  ['', 1],
  ['21', 0],
  ['foobar', 6],
  ['abc', 7],
]

describe('DefaultPartitioner', () => {
  it.each(KAFKA)('puts the key %j where Kafka puts it: %i of 10', (key, partition) => {
    const record = new OutgoingRecord()
    record.keyBytes = Buffer.from(`xyz${key}xyz`)
    record.keyStart = 3
    record.keySize = key.length
    expect(partitioner(10).partitionOf(record)).toBe(partition)
  })

  it('lets the partition that a record names win over its key', () => {
    const record = new OutgoingRecord()
    record.setKey(Buffer.from('abc'))
    record.partition = 2
    expect(partitioner(10).partitionOf(record)).toBe(2)
    expect(partitioner(10).isFree(record)).toBe(false)
  })

  it('keeps records without a key together, until it is told to move on to another partition', () => {
    const chosen = partitioner(3)
    const record = new OutgoingRecord()
    expect(chosen.isFree(record)).toBe(true)
    const first = chosen.partitionOf(record)
    expect(chosen.partitionOf(record)).toBe(first)
    for (let i = 0; i < 20; i++) {
      const before = chosen.partitionOf(record)
      expect(chosen.moveOn()).not.toBe(before)
      expect(chosen.partitionOf(record)).toBeLessThan(3)
    }
  })

  it('visits all partitions about equally often', () => {
    const chosen = partitioner(4)
    const counts = [0, 0, 0, 0]
    for (let i = 0; i < 4000; i++) counts[chosen.moveOn()]!++
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120)
  })

  it('has nowhere else to go with one partition', () => {
    expect(partitioner(1).moveOn()).toBe(0)
  })
})

function partitioner(partitionCount: number): DefaultPartitioner {
  return new DefaultPartitioner(partitionCount, seededRandom(4))
}
