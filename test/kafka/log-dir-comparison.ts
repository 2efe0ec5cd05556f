/** What kafka-log-dirs says of a running broker's directories, and what we do. */
import { expect } from 'vitest'
import type { KafkaBroker } from './kafka-broker.ts'
import { printed } from './kbroker.ts'
import { PREALLOCATED_TOPIC } from './traffic.ts'

interface LogDirsJson {
  readonly version: number
  readonly brokers: readonly {
    readonly broker: number
    readonly logDirs: readonly {
      readonly logDir: string
      readonly error: string | null
      readonly partitions: readonly { readonly partition: string; readonly size: number }[]
    }[]
  }[]
}

/**
 * The tool prints in the order of its hash maps; that may differ. And the size of a preallocated log: the broker counts
 * the bytes it has written, we those of the file.
 */
export async function expectSameLogDirs(broker: KafkaBroker): Promise<void> {
  const { tools, bootstrap, logDirs } = broker
  const tool = ['org.apache.kafka.tools.LogDirsCommand', '--bootstrap-server', bootstrap] as const
  const kafkas = (await tools.print(...tool, '--describe')).split('\n').find(isJson)
  const ours = await printed('log-dirs', '--kafka-json', ...logDirs)
  expect(sorted(ours)).toEqual(sorted(kafkas ?? 'null'))
}

function isJson(line: string): boolean {
  return line.startsWith('{')
}

function sorted(text: string): LogDirsJson {
  const { version, brokers } = JSON.parse(text) as LogDirsJson
  return {
    version,
    brokers: brokers.map(({ broker, logDirs }) => ({
      broker,
      logDirs: logDirs
        .map(logDir => ({
          ...logDir,
          partitions: logDir.partitions
            .map(entry => (isPreallocated(entry.partition) ? { ...entry, size: 0 } : entry))
            .sort((a, b) => (a.partition < b.partition ? -1 : 1)),
        }))
        .sort((a, b) => (a.logDir < b.logDir ? -1 : 1)),
    })),
  }
}

function isPreallocated(partition: string): boolean {
  return partition === `${PREALLOCATED_TOPIC}-0`
}
