/** Which APIs are served, and by what. */
import type { Api } from '../protocol/messages/api.ts'
import { APIS } from '../protocol/messages/apis.ts'
import { handleProduce } from './handlers/00-produce.ts'
import { handleFetch } from './handlers/01-fetch.ts'
import { handleListOffsets } from './handlers/02-list-offsets.ts'
import { handleMetadata } from './handlers/03-metadata.ts'
import { apiVersionsHandler } from './handlers/18-api-versions.ts'
import { handleCreateTopics } from './handlers/19-create-topics.ts'
import { handleDeleteTopics } from './handlers/20-delete-topics.ts'
import { handleInitProducerId } from './handlers/22-init-producer-id.ts'
import { handleDescribeCluster } from './handlers/60-describe-cluster.ts'
import type { Handler } from './handler.ts'

type Handlers = { readonly [A in (typeof APIS)[number] as A['name']]?: Handler<A> }

const HANDLERS: Handlers = {
  Produce: handleProduce,
  Fetch: handleFetch,
  ListOffsets: handleListOffsets,
  Metadata: handleMetadata,
  ApiVersions: apiVersionsHandler(() => SERVED_APIS),
  CreateTopics: handleCreateTopics,
  DeleteTopics: handleDeleteTopics,
  InitProducerId: handleInitProducerId,
  DescribeCluster: handleDescribeCluster,
}

/** In the order of their keys. */
export const SERVED_APIS: readonly Api[] = APIS.filter(({ name }) => HANDLERS[name] !== undefined)

const BY_KEY: ReadonlyMap<number, Api> = new Map(SERVED_APIS.map(api => [api.key, api]))

export function apiOf(key: number): Api | undefined {
  return BY_KEY.get(key)
}

export function handlerOf({ name }: Api): unknown {
  return HANDLERS[name as keyof Handlers]
}
