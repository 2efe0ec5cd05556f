/** The places of one segment that are left out, put together to ranges of offsets that are lost by them. */
import type { Batch } from '../../inspect/dump/dump-sink.ts'
import type { FileSpan, LostPlace, LostRange, OffsetRange } from './loss.ts'

export class LossLog {
  readonly ranges: LostRange[] = []
  #pending: LostPlace[] = []

  /** Whether nobody knows yet where the offsets go on. */
  get isPending(): boolean {
    return this.#pending.length > 0
  }

  add(place: LostPlace, batch?: Batch): void {
    const records = batch?.recordCount
    this.#pending.push({
      ...place,
      ...(records !== undefined && records >= 0 && { records }),
      ...(batch?.isControl === true && { isMarker: true }),
    })
  }

  /** Batches whose offsets are there a second time: those that go on from one another are one place. */
  addRepeated({ file, position, size }: FileSpan, repeated: OffsetRange): void {
    const last = this.ranges.at(-1)?.places[0]
    const goesOn =
      last?.repeated?.lastOffset === repeated.firstOffset - 1n &&
      last.file === file &&
      last.position + last.size === position
    if (goesOn) {
      const { firstOffset } = last.repeated
      const whole = { firstOffset, lastOffset: repeated.lastOffset }
      this.ranges[this.ranges.length - 1] = rangeOf(
        { file, position: last.position, size: last.size + size },
        whole,
      )
    } else {
      this.ranges.push(rangeOf({ file, position, size }, repeated))
    }
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

function rangeOf(span: FileSpan, repeated: OffsetRange): LostRange {
  const { firstOffset, lastOffset } = repeated
  const reason = `offsets ${firstOffset} to ${lastOffset}, which are there already`
  return { places: [{ ...span, reason, repeated }] }
}
