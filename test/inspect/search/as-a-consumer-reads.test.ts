import fs from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import { nodeDisk } from '../../../src/disk/node-disk.ts'
import { KEYS_MAX } from '../../../src/inspect/search/latest-offsets.ts'
import { visitMatches } from '../../../src/inspect/search/match-collector.ts'
import { EVERY_RECORD } from '../../../src/inspect/search/record-query.ts'
import type { Isolation } from '../../../src/inspect/search/partition-view.ts'
import { search } from '../../../src/inspect/search/search.ts'
import { inThisThread } from '../../../src/inspect/search/segment-runner.ts'
import { keyOf, valueOf, type RecordCursor } from '../../../src/record/record-cursor.ts'
import type { ComparableRecord } from '../../kafka/comparable-record.ts'
import { FIXTURES, partitionsOf, readLog } from '../fixture-partitions.ts'

/** What a Java consumer got of the broker that wrote the fixture; without tiered-4.3, most of which was elsewhere. */
const CONSUMED = [
  'clean-4.3',
  'compacted-4.3',
  'killed-4.3',
  'legacy-0.9',
  'legacy-0.10',
  'segments-3.9',
  'transactions-4.3',
  'upgraded-0.11',
]

describe.each(CONSUMED)('a search for every record in %s', fixture => {
  it.each(['read_uncommitted', 'read_committed'] as const)(
    'finds what a consumer with %s gets',
    async isolation => {
      const expected = consumed(fixture, isolation)
      if (expected.size === 0) return
      const topics = new Set([...expected.keys()].map(key => key.slice(0, key.lastIndexOf(':'))))
      const found = await everyRecord(fixture, isolation)
      const ofTopics = [...found].filter(([key]) => topics.has(key.slice(0, key.lastIndexOf(':'))))
      expect(new Map(ofTopics)).toEqual(expected)
    },
  )
})

interface ConsumedRecord extends ComparableRecord {
  readonly isolation: string
}

/** By topic-partition:offset. */
function consumed(fixture: string, isolation: Isolation): Map<string, unknown> {
  const text = fs.readFileSync(join(FIXTURES, fixture, 'expected/records.jsonl'), 'utf8')
  const lines = text.split('\n').filter(line => line !== '')
  const records = lines.map(line => JSON.parse(line) as ConsumedRecord)
  return new Map(
    records
      .filter(record => record.isolation === isolation)
      .map(({ topic, partition, offset, ...rest }) => {
        const { timestampType, timestamp, headers, key_b64: key } = rest
        const value =
          rest.value_sha256 === undefined ? rest.value_b64 : [rest.value_size, rest.value_sha256]
        const record = { timestampType, timestamp, headers, key, value }
        return [`${topic}-${partition}:${offset}`, record]
      }),
  )
}

async function everyRecord(fixture: string, isolation: Isolation): Promise<Map<string, unknown>> {
  const partitions = partitionsOf(fixture).map(({ topic, partition, path }) => {
    const log = readLog(path)
    return { topic, partition, log, segments: log.segments }
  })
  const options = {
    query: EVERY_RECORD,
    offsets: undefined,
    fromTimestamp: undefined,
    toTimestamp: undefined,
    isolation,
    latestPerKey: false,
    keysMax: KEYS_MAX,
    limit: undefined,
    limits: DEFAULT_DECODE_LIMITS,
    useIndexes: true,
  }
  const found = new Map<string, unknown>()
  for await (const event of search(nodeDisk, partitions, options, inThisThread(nodeDisk))) {
    if (event.kind !== 'matches') continue
    const { topic, partition } = event.in
    visitMatches(
      event.found,
      { limits: DEFAULT_DECODE_LIMITS, countMax: Infinity },
      {
        batch: () => undefined,
        record({ timestampType }, record) {
          const comparable = { timestampType, ...comparableRecord(record) }
          found.set(`${topic}-${partition}:${record.offset}`, comparable)
        },
      },
    )
  }
  return found
}

const LONG = 4096

function comparableRecord(record: RecordCursor) {
  const value = valueOf(record)
  const isLong = value !== null && value.length > LONG
  return {
    timestamp: Number(record.timestamp),
    headers: record
      .headers()
      .map(({ key, value: bytes }) => ({ key: key.toString(), value_b64: base64(bytes) })),
    key: base64(keyOf(record)),
    value: isLong
      ? [value.length, createHash('sha256').update(value).digest('hex')]
      : base64(value),
  }
}

function base64(bytes: Buffer | null): string | null {
  return bytes === null ? null : bytes.toString('base64')
}
