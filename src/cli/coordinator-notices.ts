/** What is said of a coordinator's topic that is here in part, or not where a name would be. */
import { quotedText } from '../base/quoted-text.ts'
import {
  coordinatorPartitionOf,
  type CoordinatorTopic,
  type NumberRange,
} from '../inspect/internal-topics/coordinator-place.ts'

/** @param what the topic keeps, in the plural */
export function noteMissing(
  what: string,
  coordinator: CoordinatorTopic,
  notice: (message: string) => void,
): void {
  const { topic, missing, here } = coordinator
  if (missing.length === 0) return
  if (here.length === 0) {
    notice(`no partition of ${topic} is here, so no ${what} are told of`)
    return
  }
  notice(
    `${topic} has ${countText(coordinator)}; not here are ${rangesText(missing)}, ` +
      `so ${what} that are kept there are not told of`,
  )
}

/** Why a name is not known. */
export function nobodyNamed(kind: string, name: string, coordinator: CoordinatorTopic): string {
  const { topic, partitionCount, here } = coordinator
  const partition = coordinatorPartitionOf(name, partitionCount)
  const isHere = here.includes(partition)
  return (
    `no ${kind} ${quotedText(name)}: ${topic}-${partition}, where it would be kept ` +
    `(of ${countText(coordinator)}), ${isHere ? 'does not know it' : 'is not here'}`
  )
}

function countText({ partitionCount, isKnown }: CoordinatorTopic): string {
  return `${partitionCount} partition${partitionCount === 1 ? '' : 's'}${isKnown ? '' : ', as is assumed'}`
}

const RANGES_MAX = 8

function rangesText(ranges: readonly NumberRange[]): string {
  const texts = ranges.map(({ from, to }) => (from === to ? `${from}` : `${from} to ${to}`))
  const more = texts.length - RANGES_MAX
  const shown = texts.slice(0, RANGES_MAX).join(', ')
  return more > 0 ? `${shown} and more` : shown
}
