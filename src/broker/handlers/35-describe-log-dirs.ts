/**
 * DescribeLogDirs 1–5: the log.dirs, the bytes that partitions take in each, and (v4) the space of its file system. One
 * that is offline is told with KAFKA_STORAGE_ERROR.
 */
import { DiskError } from '../../base/errors.ts'
import { ERROR_CODES } from '../../protocol/error-codes.ts'
import type { ValueOf } from '../../protocol/message.ts'
import type { DESCRIBE_LOG_DIRS } from '../../protocol/messages/35-describe-log-dirs.ts'
import type { OpenLogDir } from '../../log-dirs/open-log-dir.ts'
import type { Disk } from '../../disk/disk.ts'
import type { Broker } from '../broker.ts'
import type { Handler } from '../handler.ts'
import type { Partition } from '../partition.ts'

type Asked = ValueOf<(typeof DESCRIBE_LOG_DIRS)['request']>['topics']
type Result = ValueOf<(typeof DESCRIBE_LOG_DIRS)['response']>['results'][number]

export const handleDescribeLogDirs: Handler<typeof DESCRIBE_LOG_DIRS> = ({ topics }, _, broker) => {
  const partitions = topics === null ? broker.replicas.all : partitionsAsked(topics, broker)
  const results = broker.logDirs.dirs.map(dir => resultOf(dir, partitions, broker.disk))
  return { throttleTimeMs: 0, errorCode: ERROR_CODES.NONE, results }
}

function partitionsAsked(topics: NonNullable<Asked>, { replicas }: Broker): Partition[] {
  return topics.flatMap(({ topic, partitions }) =>
    partitions.flatMap(number => replicas.partition(topic, number) ?? []),
  )
}

function resultOf(dir: OpenLogDir, partitions: readonly Partition[], disk: Disk): Result {
  const { path: logDir, failure } = dir
  const unknown = { totalBytes: -1n, usableBytes: -1n, isCordoned: false }
  if (failure !== undefined) {
    return { errorCode: ERROR_CODES.KAFKA_STORAGE_ERROR, logDir, topics: [], ...unknown }
  }
  const here = new Map<string, Result['topics'][number]['partitions'][number][]>()
  for (const { topic, partition: partitionIndex, log } of partitions) {
    if (dir.log({ topic, partition: partitionIndex }) !== log) continue
    const size = log.segments.reduce((sum, segment) => sum + segment.size, 0)
    const told = { partitionIndex, partitionSize: BigInt(size), offsetLag: 0n, isFutureKey: false }
    here.set(topic, [...(here.get(topic) ?? []), told])
  }
  const topics = [...here].map(([name, placed]) => ({ name, partitions: placed }))
  return { errorCode: ERROR_CODES.NONE, logDir, topics, ...unknown, ...spaceOf(disk, logDir) }
}

/** Nothing where the disk can't tell. */
function spaceOf(disk: Disk, path: string) {
  try {
    const space = disk.space(path)
    return space && { totalBytes: space.totalBytes, usableBytes: space.usableBytes }
  } catch (error) {
    if (error instanceof DiskError) return undefined
    throw error
  }
}
