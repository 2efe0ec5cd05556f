/** IncrementalAlterConfigs 0–1: some configs of a resource set or removed, elements of lists added or taken away (KIP-339). */
import type { INCREMENTAL_ALTER_CONFIGS } from '../../protocol/messages/44-incremental-alter-configs.ts'
import { alterConfigs, type ConfigOperation } from '../../metadata/alter-configs.ts'
import { alterAll } from '../alter-resources.ts'
import type { Handler } from '../handler.ts'

const OPERATIONS: readonly ConfigOperation[] = ['set', 'delete', 'append', 'subtract']

export const handleIncrementalAlterConfigs: Handler<typeof INCREMENTAL_ALTER_CONFIGS> = async (
  request,
  _,
  broker,
) => {
  const { resources, validateOnly } = request
  const responses = await alterAll(
    resources,
    { validateOnly },
    broker,
    (resource, asked, image) => {
      const odd = asked.configs.find(({ configOperation }) => !(configOperation in OPERATIONS))
      if (odd !== undefined) {
        const message = `Unknown operation id ${odd.configOperation}.`
        return { records: [], answer: { error: 'INVALID_REQUEST', message } }
      }
      const changes = asked.configs.map(({ name, value, configOperation }) => {
        return { name, value, operation: OPERATIONS[configOperation]! }
      })
      return alterConfigs(resource, changes, image)
    },
  )
  return { throttleTimeMs: 0, responses }
}
