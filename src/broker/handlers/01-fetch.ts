/**
 * Fetch 4–18: batches as they lie in the log, which the transport sends from their files. Topics go by id from v13 on;
 * sessions (v7), leader epochs (v9), divergence by epoch (v12).
 *
 * A fetch that finds less than `min.bytes` waits for `max.wait.ms`. The first batch of the first partition that has any
 * comes whole, however large. There are no followers to fetch from: nobody is told of another replica.
 *
 * Source: kafka.server.KafkaApis#handleFetchRequest, kafka.server.ReplicaManager#readFromLog
 */
import { DiskError, RefusedError } from '../../base/errors.ts'
import { ERROR_CODES, type ErrorName } from '../../protocol/error-codes.ts'
import type { ValueOf } from '../../protocol/message.ts'
import type { FETCH } from '../../protocol/messages/01-fetch.ts'
import type { FileRegion } from '../../disk/file-region.ts'
import type { LogRead } from '../../log/log-read.ts'
import type { Broker } from '../broker.ts'
import type { FetchedPartition, Fetching } from '../fetch-sessions.ts'
import type { Handler } from '../handler.ts'
import type { Partition } from '../partition.ts'
import { waitForBytes } from '../delayed-fetch.ts'

type Request = ValueOf<(typeof FETCH)['request']>
type Response = ValueOf<(typeof FETCH)['response']>
type PartitionAnswer = Response['responses'][number]['partitions'][number]

const READ_COMMITTED = 1

export const handleFetch: Handler<typeof FETCH> = async (request, context, broker) => {
  const fetching = broker.fetchSessions.begin(request, context.apiVersion)
  if (typeof fetching === 'string') return refused(fetching)
  const bounds = {
    bytesMax: Math.min(request.maxBytes, broker.number('fetch.max.bytes')),
    isCommitted: request.isolationLevel === READ_COMMITTED,
  }
  const first = readAll(fetching, bounds, broker)
  if (isEnough(first, request)) return respond(fetching, first, broker)
  await waitForBytes({
    partitions: first.flatMap(({ source }) => source ?? []),
    missingBytes: request.minBytes - sizeOf(first),
    maxWaitMs: request.maxWaitMs,
  })
  return respond(fetching, readAll(fetching, bounds, broker), broker)
}

interface Read {
  readonly fetched: FetchedPartition
  /** Absent where it is not here. */
  readonly source?: Partition
  readonly answer: PartitionAnswer
  /** Of its records. */
  readonly size: number
  /** Where they lie. */
  readonly region?: FileRegion
}

interface Bounds {
  readonly bytesMax: number
  readonly isCommitted: boolean
}

function readAll(
  { partitions }: Fetching,
  { bytesMax, isCommitted }: Bounds,
  broker: Broker,
): Read[] {
  let left = bytesMax
  let isFirst = true
  return partitions.map(fetched => {
    const bytes = Math.max(0, Math.min(fetched.request.partitionMaxBytes, left))
    const read = readOne(
      fetched,
      { bytesMax: bytes, isCommitted, atLeastOneBatch: isFirst },
      broker,
    )
    left -= read.size
    if (read.size > 0) isFirst = false
    return read
  })
}

function readOne(
  fetched: FetchedPartition,
  bounds: Bounds & { readonly atLeastOneBatch: boolean },
  broker: Broker,
): Read {
  const source = sourceOf(fetched, broker)
  if (typeof source === 'string') return failed(fetched, source)
  const { request } = fetched
  const epochError = source.epochError(request.currentLeaderEpoch)
  if (epochError !== undefined) return { ...failed(fetched, epochError), source }
  if (source.isOffline) return failed(fetched, 'KAFKA_STORAGE_ERROR')
  try {
    return { ...read(source, fetched, bounds), fetched, source }
  } catch (error) {
    if (error instanceof RefusedError) return { ...failed(fetched, error.code), source }
    if (error instanceof DiskError) return failed(fetched, 'KAFKA_STORAGE_ERROR')
    throw error
  }
}

function sourceOf({ topic, topicId, partition }: FetchedPartition, broker: Broker) {
  const { replicas, controller } = broker
  if (topic !== '') {
    return replicas.partition(topic, partition) ?? replicas.errorOf(topic, partition)
  }
  const found = replicas.partitionById(topicId, partition)
  if (found !== undefined) return found
  const image = controller.image.topics.byId(topicId)
  return image === undefined ? 'UNKNOWN_TOPIC_ID' : replicas.errorOf(image.name, partition)
}

function read(
  { log }: Partition,
  { partition, request }: FetchedPartition,
  { bytesMax, isCommitted, atLeastOneBatch }: Bounds & { readonly atLeastOneBatch: boolean },
): Pick<Read, 'answer' | 'size' | 'region'> {
  const divergingEpoch = divergence(log, request)
  const isolation = isCommitted ? 'committed' : 'high-watermark'
  const found: LogRead =
    divergingEpoch === undefined
      ? log.read(request.fetchOffset, { isolation, bytesMax, atLeastOneBatch })
      : { baseOffset: request.fetchOffset, aborted: [] }
  const { highWatermark, lastStableOffset, logStartOffset } = log
  const aborted = found.aborted.map(({ producerId, firstOffset }) => ({ producerId, firstOffset }))
  const answer = {
    ...NOTHING,
    partitionIndex: partition,
    errorCode: ERROR_CODES.NONE,
    highWatermark,
    lastStableOffset,
    logStartOffset,
    ...(divergingEpoch && { divergingEpoch }),
    abortedTransactions: isCommitted ? aborted : null,
    records: NO_RECORDS,
  }
  const { region } = found
  return { answer, size: region?.size ?? 0, ...(region && { region }) }
}

/** Where the epoch that the client has read last ended earlier here: it has records that this log has not. */
function divergence({ epochs, endOffset }: Partition['log'], request: FetchedPartition['request']) {
  const { lastFetchedEpoch, fetchOffset } = request
  if (lastFetchedEpoch < 0) return undefined
  const end = epochs.endOffsetFor(lastFetchedEpoch, endOffset)
  if (end.epoch < 0) {
    const text = `Could not determine the end offset of the last fetched epoch ${lastFetchedEpoch}`
    throw new RefusedError('OFFSET_OUT_OF_RANGE', text)
  }
  return end.epoch < lastFetchedEpoch || end.endOffset < fetchOffset ? end : undefined
}

const NO_RECORDS = Buffer.alloc(0)

const NOTHING = {
  highWatermark: -1n,
  lastStableOffset: -1n,
  logStartOffset: -1n,
  divergingEpoch: { epoch: -1, endOffset: -1n },
  currentLeader: { leaderId: -1, leaderEpoch: -1 },
  snapshotId: { endOffset: -1n, epoch: -1 },
  abortedTransactions: null,
  preferredReadReplica: -1,
  records: NO_RECORDS,
}

function failed(fetched: FetchedPartition, error: ErrorName): Read {
  const { partition: partitionIndex } = fetched
  const answer = { ...NOTHING, partitionIndex, errorCode: ERROR_CODES[error] }
  return { fetched, answer, size: 0 }
}

function isEnough(reads: readonly Read[], { minBytes, maxWaitMs }: Request): boolean {
  if (maxWaitMs <= 0 || reads.length === 0 || sizeOf(reads) >= minBytes) return true
  return reads.some(({ answer }) => {
    return answer.errorCode !== ERROR_CODES.NONE || answer.divergingEpoch.epoch >= 0
  })
}

function sizeOf(reads: readonly Read[]): number {
  return reads.reduce((sum, { size }) => sum + size, 0)
}

/** Regions are held from here on, by whoever sends the answer. */
function respond(
  { sessionId, isIncremental, rotate }: Fetching,
  reads: readonly Read[],
  { logDirs }: Broker,
): Response {
  const told = isIncremental ? reads.filter(hasNews) : reads
  const topics = new Map<
    string,
    Response['responses'][number] & { partitions: PartitionAnswer[] }
  >()
  for (const { fetched, answer, region } of told) {
    const { topic, topicId } = fetched
    const { highWatermark, logStartOffset } = answer
    fetched.told = { highWatermark, logStartOffset }
    const key = topic === '' ? topicId : topic
    const known = topics.get(key) ?? { topic, topicId, partitions: [] }
    known.partitions.push(
      region === undefined ? answer : { ...answer, records: logDirs.hold(region) },
    )
    topics.set(key, known)
  }
  rotate(new Set(told.filter(({ size }) => size > 0).map(({ fetched }) => fetched)))
  return { ...REFUSED, errorCode: ERROR_CODES.NONE, sessionId, responses: [...topics.values()] }
}

function hasNews({ fetched, answer, size }: Read): boolean {
  const { told } = fetched
  if (size > 0 || answer.errorCode !== ERROR_CODES.NONE || told === undefined) return true
  if (answer.divergingEpoch.epoch >= 0) return true
  return (
    told.highWatermark !== answer.highWatermark || told.logStartOffset !== answer.logStartOffset
  )
}

const REFUSED = { throttleTimeMs: 0, errorCode: 0, sessionId: 0, responses: [], nodeEndpoints: [] }

function refused(error: ErrorName): Response {
  return { ...REFUSED, errorCode: ERROR_CODES[error] }
}
