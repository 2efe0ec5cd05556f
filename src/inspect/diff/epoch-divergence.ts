/**
 * Where two logs parted, told from their leader epochs alone, as followers tell it before they truncate (KIP-101): up to
 * the end of the last epoch that both know, as far as both go, they are the same; unless somebody has changed the files.
 */
import type { LeaderEpochEntry } from '../../log/leader-epoch-checkpoint.ts'

export interface EpochHistory {
  /** Ascending. */
  readonly entries: readonly LeaderEpochEntry[]
  /** Of the log. */
  readonly endOffset: bigint
}

export interface EpochDivergence {
  /** The greatest that both know; undefined where there is none. */
  readonly epoch: number | undefined
  /** Where it ends in each; exclusive. */
  readonly endOffsetA: bigint
  readonly endOffsetB: bigint
  /** Up to there a follower would keep its records. */
  readonly commonEndOffset: bigint
  /** Whether both go on behind it, each on its own; else one is only behind the other. */
  readonly isForked: boolean
}

export function epochDivergence(a: EpochHistory, b: EpochHistory): EpochDivergence | undefined {
  if (a.entries.length === 0 || b.entries.length === 0) return undefined
  const known = new Set(a.entries.map(({ epoch }) => epoch))
  const epoch = b.entries.findLast(entry => known.has(entry.epoch))?.epoch
  const endOffsetA = endOf(a, epoch)
  const endOffsetB = endOf(b, epoch)
  const commonEndOffset = endOffsetA < endOffsetB ? endOffsetA : endOffsetB
  const isForked = a.endOffset > commonEndOffset && b.endOffset > commonEndOffset
  return { epoch, endOffsetA, endOffsetB, commonEndOffset, isForked }
}

export function epochAt({ entries }: EpochHistory, offset: bigint): number | undefined {
  return entries.findLast(({ startOffset }) => startOffset <= offset)?.epoch
}

function endOf({ entries, endOffset }: EpochHistory, epoch: number | undefined): bigint {
  if (epoch === undefined) return entries[0]!.startOffset
  const next = entries.find(entry => entry.epoch > epoch)
  return next?.startOffset ?? endOffset
}
