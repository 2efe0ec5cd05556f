/** What a start makes anew, as lines: what is lost by that first. */
import {
  isLost,
  type MissingPartition,
  type MissingPlace,
} from '../../inspect/topics/missing-partitions.ts'
import { checkpointKey } from '../../log-dirs/log-dir.ts'
import type { JsonValue } from '../json-text.ts'

/** The reader has to see the log.dirs as well. */
const LINES_MAX = 50

export function missingLines(missing: readonly MissingPartition[]): string[] {
  const lost = missing.filter(isLost)
  const others = missing.filter(each => !isLost(each))
  const lines = [...lost, ...others].map(lineOf)
  const hidden = lines.length - LINES_MAX
  const more = hidden > 0 ? [`… and ${hidden} more that are made: --json tells all`] : []
  return [...lines.slice(0, LINES_MAX), ...more]
}

export function missingJson({
  topic,
  partition,
  place,
  otherReplicas,
}: MissingPartition): JsonValue {
  return {
    topic,
    partition,
    state: 'missing',
    path: null,
    logDir: place.kind === 'no-folder' ? place.logDir : null,
    start: {
      fate: {
        kind: 'made',
        why: place.kind,
        directoryId: place.kind === 'log-dir-not-given' ? (place.directoryId ?? null) : null,
        otherReplicas,
      },
    },
  }
}

function lineOf({ topic, partition, place, otherReplicas }: MissingPartition): string {
  const name = checkpointKey({ topic, partition })
  const isFilled = otherReplicas.length > 0 && place.kind !== 'never-placed'
  const replicas = otherReplicas.length === 1 ? 'replica' : 'replicas'
  const filled = `; filled again by its other ${replicas} (on ${otherReplicas.join(', ')})`
  return `${name}: ${madeText(place)}${isFilled ? filled : ''}`
}

function madeText(place: MissingPlace): string {
  switch (place.kind) {
    case 'no-folder':
      return `made anew, empty: its folder is gone from ${place.logDir}`
    case 'log-dir-not-given': {
      const id = place.directoryId === undefined ? '' : ` (${place.directoryId})`
      return `made anew, empty, in another log.dir, unless its own${id} is only not given here, or not mounted`
    }
    case 'never-placed':
      return 'made: it was just created, nothing is lost'
  }
}
