/** The places of one segment that are left out, put together to ranges of offsets that are lost by them. */
import type { Batch } from '../../inspect/dump/dump-sink.ts'
import type { LostPlace, LostRange } from './loss.ts'

export class LossLog {
  readonly ranges: LostRange[] = []
  readonly #file: string
  #pending: LostPlace[] = []

  constructor(file: string) {
    this.#file = file
  }

  /** Whether nobody knows yet where the offsets go on. */
  get isPending(): boolean {
    return this.#pending.length > 0
  }

  add(position: number, size: number, reason: string, batch?: Batch): void {
    const records = batch?.recordCount
    const file = this.#file
    this.#pending.push({
      ...{ file, position, size, reason },
      ...(records !== undefined && records >= 0 && { records }),
      ...(batch?.isControl === true && { isMarker: true }),
    })
  }

  /** A batch whose offsets are there a second time. */
  addRepeated(place: LostPlace): void {
    this.ranges.push({ places: [place] })
  }

  /** @param to where the offsets go on; undefined where that is not known */
  settle(from: bigint, to: bigint | undefined): void {
    if (this.#pending.length === 0) return
    const places = this.#pending
    this.#pending = []
    if (to === undefined) this.ranges.push({ firstOffset: from, places })
    else if (to > from) this.ranges.push({ firstOffset: from, lastOffset: to - 1n, places })
    else this.ranges.push({ places })
  }
}
