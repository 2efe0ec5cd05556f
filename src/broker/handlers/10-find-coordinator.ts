/**
 * FindCoordinator 0–6: of groups, which is this broker; `__consumer_offsets` is made when the first one is asked for.
 * Several keys at once since v4. Coordinators of transactions (key type 1) and of share groups (2) are not served.
 */
import { ERROR_CODES, type ErrorName } from '../../protocol/error-codes.ts'
import type { FIND_COORDINATOR } from '../../protocol/messages/10-find-coordinator.ts'
import type { Broker } from '../broker.ts'
import { OFFSETS_TOPIC } from '../groups.ts'
import type { Handler } from '../handler.ts'

const GROUP = 0
const SINCE_SEVERAL_KEYS = 4

export const handleFindCoordinator: Handler<typeof FIND_COORDINATOR> = async (
  request,
  { apiVersion },
  broker,
) => {
  const keys = apiVersion >= SINCE_SEVERAL_KEYS ? request.coordinatorKeys : [request.key]
  const coordinators = []
  for (const key of keys) coordinators.push(await find(key, request.keyType, broker))
  if (apiVersion >= SINCE_SEVERAL_KEYS) return { ...NOTHING, coordinators }
  return { ...NOTHING, ...withoutKey(coordinators[0]!) }
}

const NOTHING = {
  throttleTimeMs: 0,
  errorCode: ERROR_CODES.NONE,
  errorMessage: null,
  nodeId: 0,
  host: '',
  port: 0,
  coordinators: [],
}

type Coordinator = Awaited<ReturnType<typeof find>>

function withoutKey({ errorCode, errorMessage, nodeId, host, port }: Coordinator) {
  return { errorCode, errorMessage, nodeId, host, port }
}

async function find(key: string, keyType: number, broker: Broker) {
  const { nodeId, host, port } = broker.node
  const failed = (error: ErrorName, errorMessage: string | null) => {
    return { key, nodeId: -1, host: '', port: -1, errorCode: ERROR_CODES[error], errorMessage }
  }
  if (keyType !== GROUP) {
    const what = keyType === 1 ? 'transactions' : `coordinators of type ${keyType}`
    return failed('INVALID_REQUEST', `This broker does not serve ${what}.`)
  }
  if (broker.replicas.ofTopic(OFFSETS_TOPIC).length === 0) await broker.createOffsetsTopic()
  const shard = broker.groups.shardOf(key)
  if (shard === 'COORDINATOR_NOT_AVAILABLE' || shard === 'NOT_COORDINATOR') {
    return failed('COORDINATOR_NOT_AVAILABLE', 'The coordinator is not available.')
  }
  return { key, nodeId, host, port, errorCode: ERROR_CODES.NONE, errorMessage: null }
}
