/** librdkafka, through kcat: another reading of the same format than the Java client's. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { comparable, recordsOf, type ComparableRecord } from '../kafka/comparable-record.ts'
import { KafkaBroker } from '../kafka/kafka-broker.ts'
import { kbroker, printed } from '../kafka/kbroker.ts'
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

/** Without %h: kcat ends a header's value at its first zero byte. */
it.each([
  ['formats', ['-f', '%t %p %o %k %K %s %S %R %T\n'], ['--kcat']],
  ['delimiters', ['-K', '=>', '-D', '\\n--\\n'], []],
])("consume prints what kcat prints, with kcat's %s", async (_, flags, more) => {
  const logDirs = broker.logDirs.join(',')
  for (const partition of PARTITIONS) {
    const [topic, number] = nameAndNumber(partition)
    const which = ['-t', topic, '-p', number]
    const { stdout: ours } = await kbroker(
      'consume',
      ...which,
      '--log-dirs',
      logDirs,
      ...more,
      ...flags,
    )
    const theirs = await kcat([...which, ...flags], 'read_uncommitted')
    expect(ours.toString('latin1'), partition).toBe(theirs)
  }
})

function nameAndNumber(partition: string): [string, string] {
  const dash = partition.lastIndexOf('-')
  return [partition.slice(0, dash), partition.slice(dash + 1)]
}

/** All of a partition; a byte in each character. */
async function kcat(flags: readonly string[], isolation: string): Promise<string> {
  const how = ['-o', 'beginning', '-e', '-q', '-X', `isolation.level=${isolation}`]
  const hurry = ['-X', 'fetch.wait.max.ms=10']
  const { stdout } = await promisify(execFile)(
    'kcat',
    ['-C', '-b', broker.bootstrap, ...flags, ...how, ...hurry],
    { encoding: 'latin1', maxBuffer: OUTPUT_MAX },
  )
  return stdout
}

async function kcatRecords(partition: string, isolation: string): Promise<ComparableRecord[]> {
  const [topic, number] = nameAndNumber(partition)
  const stdout = await kcat(['-t', topic, '-p', number, '-J'], isolation)
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
