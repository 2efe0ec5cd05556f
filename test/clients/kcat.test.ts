/** librdkafka, through kcat: another reading of the same format than the Java client's. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { comparable, recordsOf, type ComparableRecord } from '../kafka/comparable-record.ts'
import { KafkaBroker } from '../kafka/kafka-broker.ts'
import { printed } from '../kafka/kbroker.ts'
import { PARTITIONS, SEED, TOPICS } from '../kafka/traffic.ts'

const OUTPUT_MAX = 64 * 1024 * 1024

let broker: KafkaBroker
beforeAll(async () => {
  broker = await KafkaBroker.start()
  await broker.program('Traffic', SEED)
  await broker.settle()
})
afterAll(() => broker.close())

it.each(['read_uncommitted', 'read_committed'])(
  'search finds the records that kcat reads, %s',
  async isolation => {
    const logDirs = broker.logDirs.join(',')
    const args = [...TOPICS, '--log-dirs', logDirs, '--isolation', isolation, '--json']
    const found = recordsOf(await printed('search', ...args))
    for (const partition of PARTITIONS) {
      const ours = found.filter(record => `${record.topic}-${record.partition}` === partition)
      expect(ours, partition).toEqual(await kcatRecords(partition, isolation))
    }
  },
)

async function kcatRecords(partition: string, isolation: string): Promise<ComparableRecord[]> {
  const dash = partition.lastIndexOf('-')
  const which = ['-t', partition.slice(0, dash), '-p', partition.slice(dash + 1)]
  const how = ['-o', 'beginning', '-e', '-q', '-J', '-X', `isolation.level=${isolation}`]
  const hurry = ['-X', 'fetch.wait.max.ms=10']
  const { stdout } = await promisify(execFile)(
    'kcat',
    ['-C', '-b', broker.bootstrap, ...which, ...how, ...hurry],
    { encoding: 'latin1', maxBuffer: OUTPUT_MAX },
  )
  return stdout
    .split('\n')
    .filter(line => line !== '')
    .map(line => fromKcat(JSON.parse(line) as KcatRecord))
}

/** Texts hold a byte in each character: kcat copies what is no UTF-8 into its JSON as it is. */
interface KcatRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly tstype: 'create' | 'logappend'
  readonly ts: number
  /** Names and values in turn. */
  readonly headers?: readonly (string | null)[]
  readonly key: string | null
  readonly payload: string | null
}

function fromKcat({ tstype, ts, headers = [], key, payload, ...place }: KcatRecord) {
  return comparable({
    ...place,
    timestampType: tstype === 'logappend' ? 'append' : tstype,
    timestamp: ts,
    headers: Array.from({ length: headers.length / 2 }, (_, i) => ({
      key: Buffer.from(headers[2 * i] ?? '', 'latin1').toString('utf8'),
      ...bytes('value', headers[2 * i + 1] ?? null),
    })),
    ...bytes('key', key),
    ...bytes('value', payload),
  })
}

function bytes<Name extends 'key' | 'value'>(name: Name, text: string | null) {
  return text === null
    ? { [name]: null }
    : { [`${name}_b64`]: Buffer.from(text, 'latin1').toString('base64') }
}
