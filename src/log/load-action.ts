/** What the loading of a log changes on disk, and what of it is not believed; told one by one. */
export type LoadAction =
  /** A leftover of a deletion, a compaction or a swap that a crash cut off. */
  | { readonly kind: 'leftover-removed'; readonly path: string; readonly why: string }
  /** The result of a compaction took the place of what it was made from. */
  | { readonly kind: 'swap-completed'; readonly path: string }
  /** What the result of a compaction replaces. */
  | { readonly kind: 'replaced-removed'; readonly path: string }
  | { readonly kind: 'orphan-index-removed'; readonly path: string }
  /** A segment was read from its beginning, its indexes written anew. */
  | RecoveredSegment
  /** A segment whose offsets its indexes could not hold became several. */
  | { readonly kind: 'segment-divided'; readonly path: string; readonly into: readonly string[] }
  /** A segment behind one that was cut. */
  | {
      readonly kind: 'segment-dropped'
      readonly path: string
      readonly bytes: number
      readonly why: string
    }
  | { readonly kind: 'snapshot-removed'; readonly path: string; readonly why: string }
  | { readonly kind: 'snapshot-written'; readonly path: string }
  | { readonly kind: 'segment-created'; readonly path: string }
  | EarlierEnd

export interface RecoveredSegment {
  readonly kind: 'segment-recovered'
  readonly path: string
  readonly why: 'unclean-shutdown' | 'no-index' | 'transaction-index'
  readonly bytes: number
  readonly batches: number
  /** Of the last whole batch; the segment's base where there is none. */
  readonly nextOffset: bigint
  readonly cut?: CutOff
}

export interface CutOff {
  /** Position of the first byte that was taken away. */
  readonly position: number
  readonly bytes: number
  /** Why the log could not be believed from there on. */
  readonly reason: string
  /** Nothing was there. */
  readonly isPadding?: true
}

/** The log ends before what it was known to hold: offsets that were given out are given out again. */
export interface EarlierEnd {
  readonly kind: 'end-taken-earlier'
  /** Of the last segment. */
  readonly path: string
  readonly logEndOffset: bigint
  /** What the log.dir notes, where that is later. */
  readonly notedOffset?: bigint
  /** Of the first byte that belongs to no batch of the log. */
  readonly position: number
  /** From there on: they stay, and what is appended lies behind them. */
  readonly bytes: number
}

export type LoadListener = (action: LoadAction) => void

/** Of what a recovery does: what is not as it was before. */
export function isNews(action: LoadAction): boolean {
  if (action.kind === 'segment-divided' || action.kind === 'segment-dropped') return true
  if (action.kind === 'end-taken-earlier') return true
  if (action.kind !== 'segment-recovered') return false
  return action.cut !== undefined && action.cut.isPadding !== true
}
