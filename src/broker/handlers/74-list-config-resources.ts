/** ListConfigResources 0–1: what has configs; in v0 of client metrics alone, of which there are none (KIP-1142). */
import { ERROR_CODES } from '../../protocol/error-codes.ts'
import type { LIST_CONFIG_RESOURCES } from '../../protocol/messages/74-list-config-resources.ts'
import { RESOURCE_TYPE_IDS } from '../../metadata/resource-configs.ts'
import { resourceTypeOf } from '../config-resource.ts'
import type { Handler } from '../handler.ts'

const SINCE_TYPES = 1

export const handleListConfigResources: Handler<typeof LIST_CONFIG_RESOURCES> = (
  { resourceTypes },
  { apiVersion },
  { controller, node },
) => {
  const all = Object.values(RESOURCE_TYPE_IDS)
  const named = resourceTypes.length === 0 ? all : resourceTypes
  const wanted = apiVersion >= SINCE_TYPES ? named : [RESOURCE_TYPE_IDS['client-metrics']]
  const unknown = wanted.some(id => resourceTypeOf(id) === undefined)
  if (unknown) {
    return { throttleTimeMs: 0, errorCode: ERROR_CODES.UNSUPPORTED_VERSION, configResources: [] }
  }
  const { topic, broker, 'broker-logger': logger } = RESOURCE_TYPE_IDS
  const names = new Map([
    [topic, controller.image.topics.all().map(({ name }) => name)],
    [broker, [String(node.nodeId)]],
    [logger, [String(node.nodeId)]],
  ])
  const configResources = wanted.flatMap(resourceType =>
    (names.get(resourceType) ?? []).map(resourceName => ({ resourceName, resourceType })),
  )
  return { throttleTimeMs: 0, errorCode: ERROR_CODES.NONE, configResources }
}
