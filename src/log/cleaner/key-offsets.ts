/** What a cleaner knows of the dirty part of a log: the newest offset of each key, up to an offset. */
import type { OffsetMap } from './offset-map.ts'

export class KeyOffsets {
  readonly map: OffsetMap
  readonly firstDirtyOffset: bigint
  /** The last offset whose record is known, relative to the first dirty one; what is behind it is kept. */
  latest = -1

  /** @param map which is cleared */
  constructor(map: OffsetMap, firstDirtyOffset: bigint) {
    map.clear()
    this.map = map
    this.firstDirtyOffset = firstDirtyOffset
  }

  /** Rounded beyond 2⁵³, in order all the same. */
  relative(offset: bigint): number {
    return Number(offset - this.firstDirtyOffset)
  }

  /** The first offset that is not known. */
  get endOffset(): bigint {
    return this.firstDirtyOffset + BigInt(this.latest) + 1n
  }
}
