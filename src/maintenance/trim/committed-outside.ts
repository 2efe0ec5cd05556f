/** Groups whose committed offset a shortened log no longer has: where they go on is up to `auto.offset.reset`. */
import type { LoadedGroup } from '../../inspect/groups/groups-source.ts'
import type { LogRange, TrimPlan } from './trim-plan.ts'

export interface CommittedOutside {
  readonly groupId: string
  readonly offset: bigint
}

export function committedOutside(
  groups: readonly LoadedGroup[],
  { topic, partition }: { readonly topic: string; readonly partition: number },
  { before, after }: Pick<TrimPlan, 'before' | 'after'>,
): CommittedOutside[] {
  return groups.flatMap(({ groupId, offsets }) =>
    offsets
      .filter(committed => committed.topic === topic && committed.partition === partition)
      .filter(({ offset }) => isWithin(offset, before) && !isWithin(offset, after))
      .map(({ offset }) => ({ groupId, offset })),
  )
}

/** At the end there is nothing yet, but a consumer may wait there. */
function isWithin(offset: bigint, { logStartOffset, logEndOffset }: LogRange): boolean {
  return offset >= logStartOffset && offset <= logEndOffset
}
