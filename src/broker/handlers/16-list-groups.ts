/** ListGroups 0–5: all groups, or (v4) those in some states, or (v5) of some types: here all are classic ones. */
import { ERROR_CODES } from '../../protocol/error-codes.ts'
import type { LIST_GROUPS } from '../../protocol/messages/16-list-groups.ts'
import type { Handler } from '../handler.ts'

const TYPE = 'classic'

export const handleListGroups: Handler<typeof LIST_GROUPS> = (request, _, broker) => {
  const shards = broker.groups.loadedShards()
  if (shards === undefined) {
    return { throttleTimeMs: 0, errorCode: ERROR_CODES.COORDINATOR_LOAD_IN_PROGRESS, groups: [] }
  }
  const states = lowerCase(request.statesFilter)
  const types = lowerCase(request.typesFilter)
  const isWanted = types.length === 0 || types.includes(TYPE)
  const known = isWanted ? shards.flatMap(({ coordinator }) => coordinator.groups) : []
  const groups = known
    .filter(({ state }) => states.length === 0 || states.includes(state.toLowerCase()))
    .map(({ groupId, protocolType = '', state: groupState }) => {
      return { groupId, protocolType, groupState, groupType: TYPE }
    })
  return { throttleTimeMs: 0, errorCode: ERROR_CODES.NONE, groups }
}

function lowerCase(texts: readonly string[]): string[] {
  return texts.map(text => text.toLowerCase())
}
