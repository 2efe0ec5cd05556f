/** Offsets of all partitions by time, as the broker tells them and as we read them off its directories. */
import { expect } from 'vitest'
import { runInProcess } from '../cli/run-in-process.ts'
import { recordsOf } from './comparable-record.ts'
import type { KafkaBroker } from './kafka-broker.ts'
import { printed } from './kbroker.ts'
import { PARTITIONS, TOPICS } from './traffic.ts'

const NAMED_TIMES = 'latest earliest max-timestamp earliest-local latest-tiered'.split(' ')
const RECORD_TIMES = 12

/** What kafka-get-offsets prints, by the time asked for. */
export type Offsets = Readonly<Record<string, string>>

export async function brokersOffsets(broker: KafkaBroker): Promise<Offsets> {
  const { tools, bootstrap } = broker
  const tool = ['org.apache.kafka.tools.GetOffsetShell', '--bootstrap-server', bootstrap] as const
  return byTime(broker, time => tools.print(...tool, '--time', time))
}

export async function ourOffsets(broker: KafkaBroker): Promise<Offsets> {
  const logDirs = broker.logDirs.join(',')
  return byTime(broker, async time => {
    const args = ['offsets', '--log-dirs', logDirs, '--time', time]
    const { stdout, stderr, exitCode } = await runInProcess(args)
    expect({ time, exitCode, stderr }).toMatchObject({ exitCode: 0 })
    return stdout
  })
}

async function byTime(broker: KafkaBroker, ask: (time: string) => Promise<string>) {
  const offsets: Record<string, string> = {}
  for (const time of [...NAMED_TIMES, ...(await timesOfRecords(broker))]) {
    offsets[time] = await ask(time)
  }
  return offsets
}

/** Lookups of these times, partition by partition, find the offsets that the broker tells. */
export async function expectSameLookupsByTime(broker: KafkaBroker): Promise<void> {
  const offsets = await brokersOffsets(broker)
  const times = ['max-timestamp', ...(await timesOfRecords(broker))]
  for (const time of times) {
    const told = new Map(
      offsets[time]!.split('\n').map(line => {
        const [topic = '', partition = '', offset = ''] = line.split(':')
        return [`${topic}-${partition}`, offset]
      }),
    )
    for (const partition of PARTITIONS) {
      const found = await lookedUp(partition, time, broker)
      expect(found ?? '', `${partition} at ${time}`).toBe(told.get(partition) ?? '')
    }
  }
}

async function lookedUp(partition: string, time: string, { logDirs }: KafkaBroker) {
  const query = time === 'max-timestamp' ? ['--max-timestamp'] : ['--time', time]
  const args = ['lookup', partition, '--log-dirs', logDirs.join(','), ...query, '--json']
  const { stdout } = await runInProcess(args)
  const { record } = JSON.parse(stdout) as { record: { offset: number } | null }
  return record?.offset.toString()
}

/** Spread over all there are, and one before and one behind them. */
async function timesOfRecords({ logDirs }: KafkaBroker): Promise<string[]> {
  const records = recordsOf(
    await printed('search', ...TOPICS, '--log-dirs', logDirs.join(','), '--json'),
  )
  const times = records.map(({ timestamp }) => timestamp).sort((a, b) => a - b)
  const spread = Array.from(
    { length: RECORD_TIMES },
    (_, i) => times[Math.floor((i * (times.length - 1)) / (RECORD_TIMES - 1))]!,
  )
  return [times[0]! - 1, ...spread, times.at(-1)! + 1].map(String)
}
