/** Resources with configs, as requests name them. */
import type { ErrorName } from '../protocol/error-codes.ts'
import type { ConfigResource } from '../metadata/alter-configs.ts'
import { ALL_BROKERS, RESOURCE_TYPE_IDS, type ResourceType } from '../metadata/resource-configs.ts'

export interface Refusal {
  readonly error: ErrorName
  readonly message: string
}

const BY_ID = new Map(
  Object.entries(RESOURCE_TYPE_IDS).map(([type, id]) => [id, type as ResourceType]),
)

export function resourceTypeOf(id: number): ResourceType | undefined {
  return BY_ID.get(id)
}

/** Or why there is none: of brokers there is this one, or all. */
export function configResource(
  {
    resourceType,
    resourceName: name,
  }: { readonly resourceType: number; readonly resourceName: string },
  nodeId: number,
): ConfigResource | Refusal {
  const type = resourceTypeOf(resourceType)
  if (type === undefined) {
    return { error: 'INVALID_REQUEST', message: `Unsupported resource type: ${resourceType}` }
  }
  if (type !== 'broker' || name === ALL_BROKERS || name === String(nodeId)) return { type, name }
  if (!/^\d+$/.test(name)) {
    const message = `Broker id must be an integer, but it is: ${name}`
    return { error: 'INVALID_REQUEST', message }
  }
  const message = `Unexpected broker id, expected ${nodeId} or empty string, but received ${name}`
  return { error: 'INVALID_REQUEST', message }
}
