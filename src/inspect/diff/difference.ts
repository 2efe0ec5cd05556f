/**
 * What two copies of a partition may differ in.
 *
 * | kind         | the offsets of it                                                    | counts as   |
 * |--------------|----------------------------------------------------------------------|-------------|
 * | missing      | are records in one copy alone                                        | difference  |
 * | record       | are records in both, that say different things                       | difference  |
 * | unreadable   | can't be read in one of them                                         | difference  |
 * | checksum     | lie in batches whose stored checksums alone differ: one is wrong     | difference  |
 * | leader-epoch | were written under different leader epochs, and are the same else    | lesser      |
 * | batching     | are the same records in other batches, or compressed otherwise       | lesser      |
 */
export type DifferenceKind =
  'missing' | 'record' | 'unreadable' | 'checksum' | 'leader-epoch' | 'batching'

export type Side = 'a' | 'b'

export interface Difference {
  readonly kind: DifferenceKind
  readonly firstOffset: bigint
  /** Inclusive. */
  readonly lastOffset: bigint
  /** Records; of batches that were not looked into, as many as they say. */
  readonly count: number
  /** The copy that lacks them, or where they can't be read. */
  readonly side?: Side
  /** Of a missing one: what the other copy's bounds say to it. */
  readonly beyond?: 'log start' | 'log end'
  /** Of a record: what differs. */
  readonly fields?: string
  /** Of what can't be read: where, and why. */
  readonly problem?: string
}

const LESSER: readonly DifferenceKind[] = ['leader-epoch', 'batching']

/** Whether the records are the same nevertheless. */
export function isLesser({ kind }: Pick<Difference, 'kind'>): boolean {
  return LESSER.includes(kind)
}

export function otherSide(side: Side): Side {
  return side === 'a' ? 'b' : 'a'
}

/** Puts neighbours of one kind together, as they come in order of their offsets. */
export class DifferenceRuns {
  readonly #emit: (difference: Difference) => void
  #run: Difference | undefined

  constructor(emit: (difference: Difference) => void) {
    this.#emit = emit
  }

  add(next: Difference): void {
    const run = this.#run
    if (run !== undefined && continues(run, next)) {
      this.#run = { ...run, lastOffset: next.lastOffset, count: run.count + next.count }
      return
    }
    this.end()
    this.#run = next
  }

  /** What comes now is the same in both, or there is no more. */
  end(): void {
    const run = this.#run
    this.#run = undefined
    if (run !== undefined) this.#emit(run)
  }
}

function continues(run: Difference, next: Difference): boolean {
  return (
    run.kind === next.kind &&
    run.side === next.side &&
    run.beyond === next.beyond &&
    run.fields === next.fields &&
    run.problem === next.problem &&
    next.firstOffset > run.lastOffset
  )
}
