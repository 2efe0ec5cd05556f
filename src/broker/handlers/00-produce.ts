/**
 * Produce 3–13: batches, one a partition, appended by the rules of their topic. Topics go by id from v13 on.
 *
 * Every partition is answered for itself. With acks=all the answer is the same as with 1, as the only replica in sync is
 * this one; where `min.insync.replicas` asks for more, the batch is refused before it is appended. With acks=0 there is
 * no answer, but where something was refused the connection is closed, which is all that such a client hears.
 * `timeout.ms` is for replicas to wait for, and there are none. Records of transactions are not taken.
 *
 * Source: kafka.server.KafkaApis#handleProduceRequest, kafka.server.ReplicaManager#appendRecords,
 * org.apache.kafka.common.requests.ProduceRequest#validateRecords
 */
import { DiskError, RefusedError, type RecordRefusal } from '../../base/errors.ts'
import { ERROR_CODES, type ErrorName } from '../../protocol/error-codes.ts'
import type { ValueOf } from '../../protocol/message.ts'
import type { PRODUCE } from '../../protocol/messages/00-produce.ts'
import { MAGIC_V2 } from '../../record/batch.ts'
import { BATCH_OVERHEAD, BatchV2 } from '../../record/batch-v2.ts'
import { appendProblem } from '../../metadata/topic-name.ts'
import type { Appended } from '../../log/log-append.ts'
import type { Broker } from '../broker.ts'
import type { Handler } from '../handler.ts'
import type { Partition } from '../partition.ts'
import { RefusedRequestError } from '../refused-request.ts'

type Request = ValueOf<(typeof PRODUCE)['request']>
type TopicAnswer = ValueOf<(typeof PRODUCE)['response']>['responses'][number]
type PartitionAnswer = TopicAnswer['partitionResponses'][number]

const ACKS_ALL = -1

export const handleProduce: Handler<typeof PRODUCE> = async (request, context, broker) => {
  const { acks, topicData, transactionalId } = request
  const refusal = requestRefusal(acks, transactionalId)
  const { apiVersion } = context
  const pending = topicData.map(topic => {
    const appends = topic.partitionData.map(({ index, records }) => {
      if (refusal !== undefined) return Promise.resolve(refused(index, refusal))
      return append({ topic, index, records, acks, apiVersion }, broker)
    })
    return { topic, appends }
  })
  const responses: TopicAnswer[] = []
  for (const { topic, appends } of pending) {
    const { name, topicId } = topic
    responses.push({ name, topicId, partitionResponses: await Promise.all(appends) })
  }
  if (acks === 0) return closeIfRefused(responses, context.clientId)
  return { responses, throttleTimeMs: 0, nodeEndpoints: [] }
}

function requestRefusal(acks: number, transactionalId: string | null): Refusal | undefined {
  if (transactionalId !== null) {
    return { error: 'INVALID_REQUEST', message: 'This broker does not serve transactions.' }
  }
  if ([ACKS_ALL, 0, 1].includes(acks)) return undefined
  return { error: 'INVALID_REQUIRED_ACKS', message: null }
}

interface Append {
  readonly topic: Request['topicData'][number]
  readonly index: number
  readonly records: Buffer | null
  readonly acks: number
  readonly apiVersion: number
}

interface Refusal {
  readonly error: ErrorName
  readonly message: string | null
  readonly records?: readonly RecordRefusal[]
}

/** Appended when it returns; the answer may have to wait for the disk. */
async function append(request: Append, broker: Broker): Promise<PartitionAnswer> {
  const { index, records, acks, apiVersion } = request
  const partition = partitionOf(request, broker)
  if (!('log' in partition)) return refused(index, partition)
  const refusal =
    recordsRefusal(partition, records, apiVersion) ?? replicasRefusal(partition, acks, broker)
  if (refusal !== undefined) return refused(index, refusal)
  try {
    const appended = await partition.append(records!, 'client')
    return appended === undefined ? nothingAppended(index, partition) : answered(index, appended)
  } catch (error) {
    return refused(index, refusalOf(error))
  }
}

function partitionOf({ topic, index, apiVersion }: Append, broker: Broker): Partition | Refusal {
  const { replicas } = broker
  if (apiVersion < 13) {
    const found = replicas.partition(topic.name, index)
    return found ?? { error: replicas.errorOf(topic.name, index), message: null }
  }
  const found = replicas.partitionById(topic.topicId, index)
  if (found !== undefined) return found
  const image = broker.controller.image.topics.byId(topic.topicId)
  if (image === undefined) return { error: 'UNKNOWN_TOPIC_ID', message: null }
  return { error: replicas.errorOf(image.name, index), message: null }
}

/** Since v3 a client sends one batch of format v2, and zstd since v7. */
function recordsRefusal(
  { topic, partition }: Partition,
  records: Buffer | null,
  apiVersion: number,
): Refusal | undefined {
  const problem = appendProblem(topic)
  if (problem !== undefined) return { error: 'INVALID_TOPIC_EXCEPTION', message: problem }
  const where = `Produce requests with version ${apiVersion}`
  const invalid = (message: string): Refusal => ({ error: 'INVALID_RECORD', message })
  if (records === null || records.length < BATCH_OVERHEAD) {
    return invalid(`${where} must have at least one record batch per partition`)
  }
  const batch = new BatchV2(records)
  if (batch.magic !== MAGIC_V2) {
    return invalid(`${where} are only allowed to contain record batches with magic version 2`)
  }
  if (batch.size !== records.length) {
    const found = `${topic}-${partition} got ${records.length} bytes, the first batch has ${batch.size}`
    return invalid(`${where} are only allowed to contain exactly one record batch: ${found}`)
  }
  if (batch.codecId !== ZSTD || apiVersion >= 7) return undefined
  const message = `${where} are not allowed to use ZStandard compression`
  return { error: 'UNSUPPORTED_COMPRESSION_TYPE', message }
}

const ZSTD = 4

function replicasRefusal(
  { topic, partition }: Partition,
  acks: number,
  broker: Broker,
): Refusal | undefined {
  const least = acks === ACKS_ALL ? broker.minInsyncReplicas(topic) : 1
  if (least <= 1) return undefined
  const message =
    `The size of the current ISR 1 is insufficient to satisfy the min.isr requirement of ` +
    `${least} for partition ${topic}-${partition}`
  return { error: 'NOT_ENOUGH_REPLICAS', message }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof RefusedError) {
    const { code, message, records } = error
    return { error: code, message, records }
  }
  if (error instanceof DiskError) {
    return { error: 'KAFKA_STORAGE_ERROR', message: error.message }
  }
  throw error
}

function answered(index: number, appended: Appended): PartitionAnswer {
  const { firstOffset, appendTimestamp, logStartOffset } = appended
  return {
    ...NOTHING,
    index,
    errorCode: ERROR_CODES.NONE,
    baseOffset: firstOffset,
    logAppendTimeMs: appendTimestamp,
    logStartOffset,
  }
}

function nothingAppended(index: number, { log }: Partition): PartitionAnswer {
  const { logStartOffset } = log
  return { ...NOTHING, index, errorCode: ERROR_CODES.NONE, logStartOffset }
}

const NOTHING = {
  baseOffset: -1n,
  logAppendTimeMs: -1n,
  logStartOffset: -1n,
  recordErrors: [],
  errorMessage: null,
  currentLeader: { leaderId: -1, leaderEpoch: -1 },
}

function refused(index: number, { error, message, records = [] }: Refusal): PartitionAnswer {
  const recordErrors = records.map(record => ({
    batchIndex: record.index,
    batchIndexErrorMessage: record.message,
  }))
  return {
    ...NOTHING,
    index,
    errorCode: ERROR_CODES[error],
    recordErrors,
    errorMessage: message,
  }
}

function closeIfRefused(responses: readonly TopicAnswer[], clientId: string): undefined {
  for (const { name, partitionResponses } of responses) {
    const refusal = partitionResponses.find(({ errorCode }) => errorCode !== 0)
    if (refusal === undefined) continue
    const { index, errorCode, errorMessage } = refusal
    const why = `${name}-${index} refused it with error ${errorCode} (${errorMessage ?? ''})`
    throw new RefusedRequestError(`client ${clientId} produced with acks=0, but ${why}`)
  }
  return undefined
}
