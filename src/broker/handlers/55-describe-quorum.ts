/** DescribeQuorum 0–2: of `__cluster_metadata-0`, which this node leads, and is the only voter of. */
import { ERROR_CODES } from '../../protocol/error-codes.ts'
import { METADATA_TOPIC } from '../../log/file-names.ts'
import type { DESCRIBE_QUORUM } from '../../protocol/messages/55-describe-quorum.ts'
import type { Broker } from '../broker.ts'
import type { Handler } from '../handler.ts'

const SINCE_NODES = 2

export const handleDescribeQuorum: Handler<typeof DESCRIBE_QUORUM> = (request, context, broker) => {
  const topics = request.topics.map(({ topicName, partitions }) => ({
    topicName,
    partitions: partitions.map(({ partitionIndex }) => {
      const isKnown = topicName === METADATA_TOPIC && partitionIndex === 0
      return { partitionIndex, ...(isKnown ? quorum(broker) : UNKNOWN) }
    }),
  }))
  const { nodeId } = broker.node
  const nodes = context.apiVersion >= SINCE_NODES ? [{ nodeId, listeners: [] }] : []
  return { errorCode: ERROR_CODES.NONE, errorMessage: null, topics, nodes }
}

const UNKNOWN = {
  errorCode: ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION,
  errorMessage: 'This server does not host this topic-partition.',
  leaderId: 0,
  leaderEpoch: 0,
  highWatermark: 0n,
  currentVoters: [],
  observers: [],
}

function quorum({ controller, logDirs, node, clock }: Broker) {
  const { nodeId: leaderId } = node
  const { leaderEpoch, log } = controller
  const { highWatermark, endOffset: logEndOffset } = log
  const dir = logDirs.dirs.find(each => each.log(log.folder) === log)!
  const nowMs = BigInt(clock.nowMs())
  const voter = {
    replicaId: leaderId,
    replicaDirectoryId: dir.before.meta!.directoryId!,
    logEndOffset,
    lastFetchTimestamp: nowMs,
    lastCaughtUpTimestamp: nowMs,
  }
  const known = { errorCode: ERROR_CODES.NONE, errorMessage: null, leaderId, leaderEpoch }
  return { ...known, highWatermark, currentVoters: [voter], observers: [] }
}
