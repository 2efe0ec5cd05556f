/**
 * The same accounts as a broker gives them to DescribeLogDirs. It leaves out what does not serve (partitions that are
 * being deleted, strays) and the metadata log, which is no topic.
 *
 * | field     | is                                                                                             |
 * |-----------|------------------------------------------------------------------------------------------------|
 * | size      | bytes of the .log files                                                                        |
 * | offsetLag | of a future partition: how far it is behind the one that serves, −1 where that is not known;   |
 * |           | else 0, as high watermark and log end are one after a start                                    |
 *
 * Source: kafka.server.ReplicaManager#describeLogDirs, #getLogEndOffsetLag
 */
import { METADATA_TOPIC } from '../../log/file-names.ts'
import type { LogDirAccount, PartitionAccount } from './log-dir-account.ts'

export interface KafkaReplica {
  readonly topic: string
  readonly partition: number
  readonly size: number
  readonly offsetLag: bigint
  readonly isFuture: boolean
}

export interface KafkaLogDir {
  readonly path: string
  /** −1 where the directory doesn't tell. */
  readonly broker: number
  /** Whether it can't be read: a broker has it offline then. */
  readonly isOffline: boolean
  readonly replicas: readonly KafkaReplica[]
}

const NO_BROKER = -1
const UNKNOWN_LAG = -1n

/** @param offline paths of log.dirs that can't be read; they are taken for the first broker's */
export function asKafkaDescribes(
  accounts: readonly LogDirAccount[],
  offline: readonly string[],
): KafkaLogDir[] {
  const serving = new Map<string, PartitionAccount>()
  for (const partition of accounts.flatMap(({ partitions }) => partitions)) {
    if (!partition.isFuture) serving.set(nameOf(partition), partition)
  }
  const firstBroker = accounts[0]?.broker ?? NO_BROKER
  return [
    ...accounts.map(({ path, broker = NO_BROKER, partitions }) => ({
      path,
      broker,
      isOffline: false,
      replicas: partitions
        .filter(({ topic }) => topic !== METADATA_TOPIC)
        .map(partition => replicaOf(partition, serving.get(nameOf(partition)))),
    })),
    ...offline.map(path => ({ path, broker: firstBroker, isOffline: true, replicas: [] })),
  ]
}

function replicaOf(account: PartitionAccount, serving: PartitionAccount | undefined): KafkaReplica {
  const { topic, partition, logBytes: size, isFuture } = account
  return { topic, partition, size, offsetLag: isFuture ? lagOf(account, serving) : 0n, isFuture }
}

function lagOf({ logEndOffset: end }: PartitionAccount, serving?: PartitionAccount): bigint {
  const wanted = serving?.logEndOffset
  return wanted === undefined || end === undefined ? UNKNOWN_LAG : wanted - end
}

function nameOf({ topic, partition }: PartitionAccount): string {
  return `${topic}-${partition}`
}
