import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/base/random.ts'
import { Accumulator } from '../../src/client/accumulator.ts'
import { OutgoingRecord } from '../../src/client/outgoing-record.ts'
import { TopicRules } from '../../src/client/topic-rules.ts'
import { CODECS } from '../../src/compression/codecs.ts'
import { gzip } from '../../src/compression/gzip.ts'
import { none } from '../../src/compression/none.ts'
import { zstd } from '../../src/compression/zstd.ts'
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../src/log/log-config.ts'
import { BatchBuilder } from '../../src/record/batch-builder.ts'
import { BATCH_OVERHEAD } from '../../src/record/batch-v2.ts'
import { MemorySink } from './memory-sink.ts'

const NOW = 1_700_000_000_000

describe("a topic's rules", () => {
  it('ask for a key where the topic is compacted', () => {
    const rules = rulesOf({ isCompacted: true })
    expect(rules.problemOf(recordOf({ key: 'k', size: 1 }), NOW)).toBeUndefined()
    expect(rules.problemOf(recordOf({ key: '', size: 1 }), NOW)).toBeUndefined()
    expect(rules.problemOf(recordOf({ size: 1 }), NOW)).toEqual({
      reason: 'the topic is compacted (cleanup.policy)',
      found: 'a record without a key',
      expected: 'one with a key',
    })
  })

  it.each([
    [NOW - 10, undefined],
    [NOW + 5, undefined],
    [-1, undefined],
    [NOW - 11, ['message.timestamp.before.max.ms=10', `${NOW - 10} or more`]],
    [NOW + 6, ['message.timestamp.after.max.ms=5', `${NOW + 5} or less`]],
    [2n ** 62n, ['message.timestamp.after.max.ms=5', `${NOW + 5} or less`]],
    [-(2n ** 62n), ['message.timestamp.before.max.ms=10', `${NOW - 10} or more`]],
  ])('of a record of the time %s say %j', (timestamp, expected) => {
    const bounds = { timestampBeforeMaxMs: 10, timestampAfterMaxMs: 5 }
    const record = Object.assign(recordOf({ size: 1 }), { timestamp })
    const problem = rulesOf(bounds).problemOf(record, NOW)
    expect(problem && [problem.reason.split(' ')[2], problem.expected]).toEqual(expected)
    expect(rulesOf({ ...bounds, timestampType: 'append' }).problemOf(record, NOW)).toBeUndefined()
  })

  it('take a record whose batch is as large as may be, and none that is larger', () => {
    const rules = rulesOf({ maxMessageBytes: 1000 })
    const fitting = 1000 - BATCH_OVERHEAD - 9
    expect(rules.problemOf(recordOf({ size: fitting }), NOW)).toBeUndefined()
    expect(rules.problemOf(recordOf({ size: fitting + 1 }), NOW)).toEqual({
      reason: 'too large for the topic (max.message.bytes=1000)',
      found: 'a record that makes a batch of 1001 bytes',
      expected: '1000 or less',
    })
  })

  it('let no batch be larger than a segment', () => {
    const rules = rulesOf({ segmentBytes: 1000 })
    expect(rules.plainSizeMax).toBe(1000)
    expect(rules.problemOf(recordOf({ size: 1000 }), NOW)?.reason).toContain('segment.bytes=1000')
  })

  it('take a record that compression makes small enough, unless the topic undoes that', () => {
    const record = recordOf({ size: 5000 })
    expect(rulesOf({ maxMessageBytes: 1000 }, zstd).problemOf(record, NOW)).toBeUndefined()
    const plain = rulesOf({ maxMessageBytes: 1000, compressionType: 'none' }, zstd)
    expect(plain.problemOf(record, NOW)?.found).toBe('a record that makes a batch of 5070 bytes')
    const noise = recordOf({ size: 5000, fill: randomBytes(5000) })
    expect(rulesOf({ maxMessageBytes: 1000 }, gzip).problemOf(noise, NOW)?.found).toMatch(
      /^a record that makes a batch of \d{4} bytes \(gzip\)$/,
    )
  })

  it.each(CODECS)('bound a batch so that $name can not make it too large', codec => {
    for (const maxMessageBytes of [200, 1000, 20_000, 1_048_588]) {
      const { plainSizeMax } = rulesOf({ maxMessageBytes }, codec)
      const builder = new BatchBuilder({ codec })
      while (builder.tryAdd(recordOf({ size: 50, fill: randomBytes(50) }), plainSizeMax));
      expect(builder.build().length).toBeLessThanOrEqual(maxMessageBytes)
    }
  })

  it.each(CODECS)(
    'hold for every batch, whatever $name was expected to make of it',
    async codec => {
      const { plainSizeMax } = rulesOf({ maxMessageBytes: 5000 }, codec)
      const sink = new MemorySink(1)
      const random = seededRandom(4)
      const options = { batchSize: 16_384, memoryMax: 1e9, codec, producer: undefined, random }
      const accumulator = new Accumulator(sink, { ...options, plainSizeMax })
      for (let n = 0; n < 2000; n++) accumulator.add(recordOf({ size: 100 }), NOW)
      for (let n = 0; n < 200; n++) {
        accumulator.add(recordOf({ size: 100, fill: randomBytes(100) }), NOW)
      }
      await accumulator.finish()
      for (const { size } of sink.batches()) expect(size).toBeLessThanOrEqual(5000)
      expect(accumulator.counts.total.records).toBe(2200)
    },
  )
})

function rulesOf(config: Partial<LogConfig>, codec = none): TopicRules {
  return new TopicRules({ ...DEFAULT_LOG_CONFIG, ...config }, codec)
}

interface RecordOptions {
  readonly key?: string
  readonly size: number
  readonly fill?: Buffer
}

function recordOf({ key, size, fill }: RecordOptions): OutgoingRecord {
  const record = new OutgoingRecord()
  record.timestamp = NOW
  record.setKey(key === undefined ? null : Buffer.from(key))
  record.setValue(fill ?? Buffer.alloc(size, 'x'))
  return record
}
