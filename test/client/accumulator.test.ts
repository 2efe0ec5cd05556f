import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/base/random.ts'
import { numberIfExact } from '../../src/binary/big-endian.ts'
import { Accumulator, type AccumulatorOptions } from '../../src/client/accumulator.ts'
import { ANY_PARTITION, OutgoingRecord } from '../../src/client/outgoing-record.ts'
import { CODECS } from '../../src/compression/codecs.ts'
import { none } from '../../src/compression/none.ts'
import { zstd } from '../../src/compression/zstd.ts'
import type { NewRecord } from '../../src/record/batch-builder.ts'
import { BATCH_OVERHEAD } from '../../src/record/batch-v2.ts'
import { anyRecord } from '../record/arbitrary-record.ts'
import { MemorySink } from './memory-sink.ts'

const BATCH_SIZE = 1024

describe('Accumulator', () => {
  it('puts into the batches of a partition exactly what it was given, in order', async () => {
    const anyCase = fc.record({
      records: fc.array(fc.tuple(fc.nat(2), anyRecord()), { maxLength: 60 }),
      codec: fc.constantFrom(...CODECS),
      batchSize: fc.integer({ min: 1, max: 4000 }),
    })
    await fc.assert(
      fc.asyncProperty(anyCase, async ({ records, codec, batchSize }) => {
        const sink = new MemorySink(3)
        const accumulator = accumulatorOf(sink, { codec, batchSize })
        for (const [partition, record] of records) {
          accumulator.add(outgoing(record, partition), 0)
        }
        await accumulator.finish()
        for (const partition of [0, 1, 2]) {
          const expected = records.filter(([its]) => its === partition).map(([, record]) => record)
          expect(sink.records(partition)).toEqual(expected)
        }
        for (const batch of sink.batches()) expect(batch.isValid()).toBe(true)
        expect(accumulator.counts.total.records).toBe(records.length)
      }),
      { seed: 4, numRuns: 200 },
    )
  })

  it('fills batches up to their size, and no further', async () => {
    const sink = new MemorySink(1)
    const accumulator = accumulatorOf(sink)
    for (let i = 0; i < 100; i++) accumulator.add(text('x'.repeat(93)), 0)
    await accumulator.finish()
    const sizes = sink.batches().map(({ size }) => size)
    expect(new Set(sizes.slice(0, -1))).toEqual(new Set([BATCH_OVERHEAD + 9 * 102]))
    expect(BATCH_OVERHEAD + 10 * 102).toBeGreaterThan(BATCH_SIZE)
  })

  it('gives a record that is larger than a batch one of its own', async () => {
    const sink = new MemorySink(1)
    const accumulator = accumulatorOf(sink)
    for (const value of ['a', 'b'.repeat(5000), 'c', 'd']) accumulator.add(text(value), 0)
    await accumulator.finish()
    expect(sink.batches().map(({ recordCount }) => recordCount)).toEqual([1, 1, 2])
  })

  it('moves records without a key to another partition when a batch is full', async () => {
    const sink = new MemorySink(5)
    const accumulator = accumulatorOf(sink)
    for (let i = 0; i < 1000; i++) accumulator.add(text('x'.repeat(93)), 0)
    await accumulator.finish()
    const counts = sink.batches().map(({ recordCount }) => recordCount)
    expect(counts.filter(count => count === 9).length).toBe(111)
    const partitions = sink.appended.map(({ partition }) => partition)
    expect(new Set(partitions).size).toBe(5)
    for (let i = 1; i < 111; i++) expect(partitions[i]).not.toBe(partitions[i - 1])
  })

  it('learns to put more records into compressed batches', async () => {
    const sink = new MemorySink(1)
    const accumulator = accumulatorOf(sink, { codec: zstd, batchSize: 4096 })
    for (let i = 0; i < 20_000; i++) accumulator.add(text(`record number ${i} of many`), 0)
    await accumulator.finish()
    const batches = sink.batches()
    expect(batches.at(-2)!.recordCount).toBeGreaterThan(2 * batches[0]!.recordCount)
    for (const { size } of batches) expect(size).toBeLessThanOrEqual(4096)
  })

  it('numbers the records of each partition, where it has a producer id', async () => {
    const sink = new MemorySink(2)
    const producer = { producerId: 42n, producerEpoch: 3 }
    const accumulator = accumulatorOf(sink, { producer, batchSize: 100 })
    for (let i = 0; i < 6; i++) accumulator.add(text('twenty bytes of text', i % 2), 0)
    await accumulator.finish()
    for (const partition of [0, 1]) {
      const found = sink
        .batches(partition)
        .map(batch => [batch.producerId, batch.producerEpoch, batch.baseSequence])
      expect(found).toEqual([0, 1, 2].map(sequence => [42n, 3, sequence]))
    }
  })

  it('sends what was begun by a time, and keeps the rest', () => {
    const sink = new MemorySink(3)
    const accumulator = accumulatorOf(sink)
    expect(accumulator.oldestMs).toBeUndefined()
    for (const partition of [2, 0, 1]) accumulator.add(text('x', partition), 10 - partition)
    expect(accumulator.oldestMs).toBe(8)
    accumulator.sendBegunBy(8)
    expect(sink.appended.map(({ partition }) => partition)).toEqual([2])
    accumulator.sendBegunBy(Infinity)
    expect(sink.appended.map(({ partition }) => partition)).toEqual([2, 0, 1])
    expect(accumulator.oldestMs).toBeUndefined()
  })

  it('has no room while too much is unacknowledged', async () => {
    const sink = new MemorySink(1, { byHand: true })
    const accumulator = accumulatorOf(sink, { memoryMax: 3000 })
    let added = 0
    for (; accumulator.hasRoom; added++) accumulator.add(text('x'.repeat(93)), 0)
    expect(added * 100).toBeLessThan(3000)
    let hasRoom = false
    const room = accumulator.room().then(() => (hasRoom = true))
    await settled()
    expect(hasRoom).toBe(false)
    sink.acknowledge()
    await room
    expect(accumulator.hasRoom).toBe(true)
  })

  it('makes room by sending batches that are not full, where those hold most of the memory', async () => {
    const sink = new MemorySink(100)
    const accumulator = accumulatorOf(sink, { memoryMax: 3000 })
    for (let i = 0; accumulator.hasRoom; i++) accumulator.add(text('x'.repeat(50), i % 100), 0)
    expect(sink.appended).toEqual([])
    await accumulator.room()
    expect(sink.appended.length).toBeGreaterThan(20)
    expect(accumulator.hasRoom).toBe(true)
  })

  it('counts what is acknowledged, by partition', async () => {
    const sink = new MemorySink(2, { byHand: true })
    const accumulator = accumulatorOf(sink)
    accumulator.add(text('one', 1), 0)
    accumulator.add(text('two', 1), 0)
    accumulator.add(text('three', 0), 0)
    const finished = accumulator.finish()
    expect(accumulator.counts.total.records).toBe(0)
    sink.acknowledge()
    sink.acknowledge()
    await finished
    const [first, second] = accumulator.counts.partitions
    expect([first?.partition, first?.records, first?.batches]).toEqual([0, 1, 1])
    expect([second?.partition, second?.records, second?.batches]).toEqual([1, 2, 1])
    expect(second?.plainBytes).toBe(second?.storedBytes)
    expect(first!.storedBytes).toBe(BATCH_OVERHEAD + 'three'.length + 7)
  })

  it('counts the bytes that the sink has stored, and how full batches were that it was sent', async () => {
    const sink = new MemorySink(1, { storedSizeOf: () => 100 })
    const accumulator = accumulatorOf(sink)
    for (const size of [5000, 512 - BATCH_OVERHEAD - 9]) {
      accumulator.add(text('x'.repeat(size)), 0)
      accumulator.sendBegunBy(Infinity)
    }
    await accumulator.finish()
    expect(accumulator.counts.total).toMatchObject({ batches: 2, storedBytes: 200, fullness: 1.5 })
  })

  it('sends nothing more after a failure, and throws it', async () => {
    const sink = new MemorySink(1, { byHand: true })
    const accumulator = accumulatorOf(sink)
    let isTold = false
    accumulator.onFailure = () => (isTold = true)
    accumulator.add(text('one'), 0)
    accumulator.sendBegunBy(Infinity)
    accumulator.add(text('two'), 0)
    sink.fail(new Error('disk full'))
    await settled()
    expect(isTold).toBe(true)
    expect(() => accumulator.add(text('three'), 0)).toThrow('disk full')
    await expect(accumulator.finish()).rejects.toThrow('disk full')
    expect(sink.appended.length).toBe(1)
    expect(accumulator.counts.total.records).toBe(0)
  })
})

function accumulatorOf(sink: MemorySink, options: Partial<AccumulatorOptions> = {}): Accumulator {
  return new Accumulator(sink, {
    batchSize: BATCH_SIZE,
    memoryMax: 1e9,
    codec: none,
    producer: undefined,
    random: seededRandom(4),
    ...options,
  })
}

function outgoing(record: NewRecord, partition: number): OutgoingRecord {
  const made = new OutgoingRecord()
  made.partition = partition
  made.timestamp = numberIfExact(record.timestamp)
  made.setKey(record.key)
  made.setValue(record.value)
  made.headers = record.headers
  return made
}

function text(value: string, partition = ANY_PARTITION): OutgoingRecord {
  const bytes = Buffer.from(value)
  return outgoing({ timestamp: 0n, key: null, value: bytes, headers: [] }, partition)
}

function settled(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
