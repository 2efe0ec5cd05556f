/**
 * `meta.properties` in the root of a log.dir: whose it is. A text of Java properties.
 *
 * | key            | version 0 (ZooKeeper) | version 1 (KRaft) | meaning                                     |
 * |----------------|-----------------------|-------------------|---------------------------------------------|
 * | `version`      | `0`, or missing       | `1`               |                                             |
 * | `cluster.id`   | may be there          | required          | any text; usually a Kafka uuid              |
 * | `broker.id`    | required              | –                 | int32                                       |
 * | `node.id`      | –                     | required          | int32                                       |
 * | `directory.id` | may be there          | since 3.7         | a Kafka uuid, different in each log.dir     |
 *
 * What has neither a version nor a broker.id is no file of version 0 but one that lost its content: Kafka reads it as
 * version 0 all the same, and then misses the node's id.
 *
 * Source: org.apache.kafka.metadata.properties.MetaProperties, kafka.server.KafkaRaftServer#initializeLogDirs
 */
import type { Damage } from '../base/errors.ts'
import { uuidBytes } from '../binary/uuid.ts'
import { javaPropertiesBytes, readJavaProperties } from './java-properties.ts'

export interface MetaProperties {
  /** Absent where it is none that is known. */
  readonly version?: 0 | 1
  readonly clusterId?: string
  /** `node.id`, or `broker.id` in version 0. */
  readonly nodeId?: number
  readonly directoryId?: string
  /** Everything the file holds. */
  readonly values: ReadonlyMap<string, string>
  readonly damages: readonly Damage[]
}

/** @param file for the damages' sake */
export function readMetaProperties(bytes: Buffer, file: string): MetaProperties {
  const { values, damages: textDamages } = readJavaProperties(bytes, file)
  const damages = [...textDamages]
  const note = (key: string, expected: string) => {
    const value = values.get(key)
    const found = value === undefined ? `no ${key}` : JSON.stringify(value)
    damages.push({ file, position: 0, reason: `wrong ${key} in meta.properties`, found, expected })
  }
  const version = VERSIONS.get((values.get('version') ?? '0').trim())
  if (version === undefined) note('version', '0 or 1')
  const clusterId = values.get('cluster.id')
  if (clusterId === undefined && version === 1) note('cluster.id', 'the id of the cluster')
  const nodeKey = nodeIdKey(version, values)
  const nodeText = values.get(nodeKey)
  const nodeId = nodeText === undefined ? undefined : parseInt32(nodeText)
  const isVersionless = !values.has('version') && nodeText === undefined
  if (isVersionless) note('version', 'version=1 and node.id (version 0: broker.id)')
  else if (nodeId === undefined && (version !== undefined || nodeText !== undefined)) {
    note(nodeKey, 'an integer of 32 bits')
  }
  const directoryId = values.get('directory.id')
  const directoryIsWrong = directoryId !== undefined && uuidBytes(directoryId) === undefined
  if (directoryIsWrong) note('directory.id', 'a uuid of 22 characters')
  return {
    ...(version !== undefined && { version }),
    ...(clusterId !== undefined && { clusterId }),
    ...(nodeId !== undefined && { nodeId }),
    ...(directoryId !== undefined && !directoryIsWrong && { directoryId }),
    values,
    damages,
  }
}

/** Whose a log.dir of a KRaft node is. */
export interface LogDirIdentity {
  readonly clusterId: string
  readonly nodeId: number
  readonly directoryId: string
}

/** The file of version 1. */
export function metaPropertiesBytes(
  { clusterId, nodeId, directoryId }: LogDirIdentity,
  nowMs: number,
): Buffer {
  const values = new Map([
    ['node.id', String(nodeId)],
    ['directory.id', directoryId],
    ['version', '1'],
    ['cluster.id', clusterId],
  ])
  return javaPropertiesBytes(values, nowMs)
}

const VERSIONS: ReadonlyMap<string, 0 | 1> = new Map([
  ['0', 0],
  ['1', 1],
])

function nodeIdKey(version: 0 | 1 | undefined, values: ReadonlyMap<string, string>): string {
  if (version !== undefined) return version === 0 ? 'broker.id' : 'node.id'
  return values.has('node.id') ? 'node.id' : 'broker.id'
}

function parseInt32(text: string): number | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined
  const value = Number(text)
  return (value | 0) === value ? value : undefined
}
