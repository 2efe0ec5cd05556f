/** AlterConfigs 0–2: all configs of a resource anew; what is not named is removed. Replaced by IncrementalAlterConfigs. */
import type { ALTER_CONFIGS } from '../../protocol/messages/33-alter-configs.ts'
import { replaceConfigs } from '../../metadata/alter-configs.ts'
import { alterAll } from '../alter-resources.ts'
import type { Handler } from '../handler.ts'

export const handleAlterConfigs: Handler<typeof ALTER_CONFIGS> = async (request, _, broker) => {
  const { resources, validateOnly } = request
  const responses = await alterAll(
    resources,
    { validateOnly },
    broker,
    (resource, asked, image) => {
      return replaceConfigs(resource, asked.configs, image)
    },
  )
  return { throttleTimeMs: 0, responses }
}
