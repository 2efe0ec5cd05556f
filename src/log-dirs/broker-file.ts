/**
 * The file that a broker is started with, `server.properties`: as much of it as has to do with logs. Whatever else it
 * says is none of its business here, and passed over.
 *
 * Source: org.apache.kafka.server.config.AbstractKafkaConfig
 */
import { UsageError } from '../base/errors.ts'
import { MEBIBYTE } from '../base/limits.ts'
import type { Disk } from '../disk/disk.ts'
import { brokerConfigProblem, NODE_ID } from '../metadata/broker-configs.ts'
import { readJavaProperties } from './java-properties.ts'

export interface BrokerFile {
  /** `log.dirs`, or else `log.dir`; empty where it names none. */
  readonly logDirs: readonly string[]
  readonly nodeId: number | undefined
  /** By the names of broker configs, without blanks around them. */
  readonly configs: ReadonlyMap<string, string>
}

export const NO_BROKER_FILE: BrokerFile = { logDirs: [], nodeId: undefined, configs: new Map() }

/**
 * @throws UsageError where a broker would not start over it
 * @throws DiskError
 */
export function readBrokerFile(disk: Disk, path: string): BrokerFile {
  const { values, lines, damages } = readJavaProperties(disk.readWhole(path, SIZE_MAX), path)
  const [damage] = damages
  if (damage !== undefined) {
    const { position, reason, found, expected } = damage
    throw new UsageError(
      `${path} at byte ${position}: ${reason}: found ${found}, expected ${expected}`,
    )
  }
  const configs = new Map([...values].map(([name, value]) => [name, value.trim()]))
  for (const [name, value] of configs) {
    const problem = brokerConfigProblem(name, value)
    if (problem !== undefined) throw new UsageError(`${path}, line ${lines.get(name)}: ${problem}`)
  }
  const logDirs = configs.get('log.dirs') ?? configs.get('log.dir') ?? ''
  const nodeId = configs.get(NODE_ID)
  return {
    logDirs: logDirs.split(',').flatMap(dir => dir.trim() || []),
    nodeId: nodeId === undefined ? undefined : Number(nodeId),
    configs,
  }
}

const SIZE_MAX = MEBIBYTE
