/** Configs of several resources changed by one request, each for itself. */
import { ERROR_CODES } from '../protocol/error-codes.ts'
import type { AlterOutcome, ConfigResource } from '../metadata/alter-configs.ts'
import type { ClusterImage } from '../metadata/cluster-image.ts'
import type { Broker } from './broker.ts'
import { configResource } from './config-resource.ts'

interface Asked {
  readonly resourceType: number
  readonly resourceName: string
}

export async function alterAll<T extends Asked>(
  resources: readonly T[],
  { validateOnly }: { readonly validateOnly: boolean },
  broker: Broker,
  decide: (resource: ConfigResource, asked: T, image: ClusterImage) => AlterOutcome,
) {
  const responses = []
  for (const asked of resources) {
    const { resourceType, resourceName } = asked
    const { error, message } = await alterOne(asked)
    const errorCode = ERROR_CODES[error]
    responses.push({ errorCode, errorMessage: message, resourceType, resourceName })
  }
  return responses

  function alterOne(asked: T): Promise<AlterOutcome['answer']> | AlterOutcome['answer'] {
    const same = resources.filter(other => {
      return other.resourceType === asked.resourceType && other.resourceName === asked.resourceName
    })
    if (same.length > 1) {
      return { error: 'INVALID_REQUEST', message: 'Each resource must appear at most once.' }
    }
    const resource = configResource(asked, broker.node.nodeId)
    if ('error' in resource) return resource
    return broker.controller.change(image => {
      const { records, answer } = decide(resource, asked, image)
      return { records: validateOnly ? [] : records, answer }
    })
  }
}
