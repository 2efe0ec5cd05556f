/** The records in a broker's directories, and those its consumers get. */
import { expect } from 'vitest'
import { runInProcess } from '../cli/run-in-process.ts'
import {
  comparable,
  recordsOf,
  type ComparableRecord,
  type ConsumedRecords,
  type OurRecord,
} from './comparable-record.ts'
import type { KafkaBroker } from './kafka-broker.ts'
import { printed } from './kbroker.ts'
import {
  INTERNAL_TOPICS,
  LOG_START_OF_SHORTENED,
  PARTITIONS,
  PREALLOCATED_TOPIC,
  TOPICS,
} from './traffic.ts'

/** Of offsets, as many to a partition: enough to meet every kind of batch. */
const LOOKUPS_PER_PARTITION = 40

/** A dump of a preallocated log ends with an error at its zeros; search knows them. */
export async function expectSameRecords(
  broker: KafkaBroker,
  consumed: ConsumedRecords,
): Promise<void> {
  const where = ['--log-dirs', broker.logDirs.join(','), '--json']
  for (const isolation of ['read_uncommitted', 'read_committed'] as const) {
    const search = ['search', ...TOPICS, ...INTERNAL_TOPICS, ...where, '--isolation', isolation]
    const found = recordsOf(await printed(...search))
    expect(found.length).toBeGreaterThan(500)
    expect(found).toEqual(consumed[isolation])
  }
  const topics = [...TOPICS, ...INTERNAL_TOPICS].filter(topic => topic !== PREALLOCATED_TOPIC)
  const dumped = recordsOf(await printed('dump', ...topics, ...where, '--print-data-log'))
  const dumpable = consumed.read_uncommitted.filter(({ topic }) => topics.includes(topic))
  expect(dumped.filter(isInTheLog)).toEqual(dumpable)
}

const PARTITIONS_WITH_RECORDS = PARTITIONS.filter(name => name !== 'idle-0')

/** Each lookup of an offset finds the record that a consumer is given who asks for that offset. */
export async function expectSameLookups(
  broker: KafkaBroker,
  { read_uncommitted: consumed }: ConsumedRecords,
): Promise<void> {
  for (const partition of PARTITIONS_WITH_RECORDS) {
    const records = consumed.filter(record => `${record.topic}-${record.partition}` === partition)
    const first = records[0]!.offset
    const last = records.at(-1)!.offset
    const step = Math.max(1, Math.floor((last - first) / LOOKUPS_PER_PARTITION))
    for (let offset = first; offset <= last; offset += step) {
      const given = records.find(record => record.offset >= offset)
      const found = await lookedUp(partition, offset, broker)
      expect(found, `${partition} at offset ${offset}`).toEqual(given)
    }
  }
}

interface LookupAnswer {
  readonly batch: { readonly isControl: boolean }
  readonly record: OurRecord | null
}

async function lookedUp(partition: string, offset: number, broker: KafkaBroker) {
  const logDirs = broker.logDirs.join(',')
  for (let at = offset; ; at++) {
    const args = ['lookup', partition, '--log-dirs', logDirs, '--offset', String(at), '--json']
    const { stdout } = await runInProcess(args)
    const { batch, record } = JSON.parse(stdout) as LookupAnswer
    if (record === null) return undefined
    // Consumers pass over these.
    if (!batch.isControl) return comparable(record)
  }
}

/** A dump begins where the file begins, a consumer where DeleteRecords left the log. */
function isInTheLog({ topic, offset }: ComparableRecord): boolean {
  return topic !== 'shortened' || offset >= LOG_START_OF_SHORTENED
}
