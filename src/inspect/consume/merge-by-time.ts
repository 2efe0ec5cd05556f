/**
 * Records of several partitions by their timestamps: always the earliest of those that come next in their partitions. So
 * the order within a partition stays what it is, and where timestamps go back there, they do so here.
 *
 * What is held in memory is bounded: when the cursors hold more, those whose turn is farthest away are put to rest.
 */
import { MEBIBYTE } from '../../base/limits.ts'
import type { PartitionCursor } from './partition-cursor.ts'

/** Of batches and windows; the process takes some 60 MB beside. */
const HELD_BYTES_MAX = 40 * MEBIBYTE
const WINDOW_SIZE_MIN = 4 * 1024
const WINDOW_SIZE_MAX = 256 * 1024

/** Bytes that each of so many cursors should read at once. */
export function windowSizeFor(cursorCount: number): number {
  const share = Math.floor(HELD_BYTES_MAX / 2 / cursorCount)
  return Math.max(WINDOW_SIZE_MIN, Math.min(share, WINDOW_SIZE_MAX))
}

/** @param take false where no more are wanted */
export function mergeByTime(
  cursors: Iterable<PartitionCursor>,
  take: (cursor: PartitionCursor) => boolean,
  heldBytesMax = HELD_BYTES_MAX,
): void {
  new TimeMerge(heldBytesMax).run(cursors, take)
}

interface Head {
  readonly cursor: PartitionCursor
  /** Decides between equal timestamps. */
  readonly order: number
  /** Of the record that the cursor stands on. */
  timestamp: number
  heldBytes: number
}

class TimeMerge {
  readonly #heldBytesMax: number
  /** A binary heap, the earliest first. */
  readonly #heads: Head[] = []
  #heldBytes = 0
  #isOver = false

  constructor(heldBytesMax: number) {
    this.#heldBytesMax = heldBytesMax
  }

  run(cursors: Iterable<PartitionCursor>, take: (cursor: PartitionCursor) => boolean): void {
    let order = 0
    for (const cursor of cursors) this.#begin(cursor, order++)
    for (let head = this.#heads[0]; head !== undefined; head = this.#heads[0]) {
      const { cursor } = head
      const isThere = !cursor.isResting || cursor.wake()
      if (!isThere || !this.#takeRun(head, take)) {
        this.#end(head)
        continue
      }
      if (this.#isOver) break
      this.#siftDown(0)
      this.#account(head)
    }
    for (const { cursor } of this.#heads) cursor.rest()
  }

  #begin(cursor: PartitionCursor, order: number): void {
    if (!cursor.next()) {
      cursor.rest()
      return
    }
    const head: Head = { cursor, order, timestamp: timestampOf(cursor), heldBytes: 0 }
    this.#heads.push(head)
    this.#siftUp(this.#heads.length - 1)
    this.#account(head)
  }

  /** As long as none of the others comes first. False behind the cursor's last record. */
  #takeRun(head: Head, take: (cursor: PartitionCursor) => boolean): boolean {
    const { cursor } = head
    const second = this.#second()
    do {
      if (!take(cursor)) {
        this.#isOver = true
        return true
      }
      if (!cursor.next()) return false
      head.timestamp = timestampOf(cursor)
    } while (second === undefined || isBefore(head, second))
    return true
  }

  #second(): Head | undefined {
    const [, left, right] = this.#heads
    if (left === undefined || right === undefined) return left
    return isBefore(right, left) ? right : left
  }

  #end(head: Head): void {
    head.cursor.rest()
    this.#heldBytes -= head.heldBytes
    const last = this.#heads.pop()!
    if (this.#heads.length === 0) return
    this.#heads[0] = last
    this.#siftDown(0)
  }

  #account(head: Head): void {
    const { heldBytes } = head.cursor
    this.#heldBytes += heldBytes - head.heldBytes
    head.heldBytes = heldBytes
    if (this.#heldBytes > this.#heldBytesMax) this.#restFarthest()
  }

  /** Down to half of what may be held: so it is seldom needed. */
  #restFarthest(): void {
    const farthestFirst = this.#heads
      .filter(({ heldBytes }) => heldBytes > 0)
      .sort((a, b) => (isBefore(a, b) ? 1 : -1))
    for (const head of farthestFirst) {
      if (this.#heldBytes <= this.#heldBytesMax / 2) return
      head.cursor.rest()
      this.#heldBytes -= head.heldBytes
      head.heldBytes = 0
    }
  }

  #siftUp(from: number): void {
    const heads = this.#heads
    const head = heads[from]!
    let at = from
    while (at > 0) {
      const parent = (at - 1) >>> 1
      if (!isBefore(head, heads[parent]!)) break
      heads[at] = heads[parent]!
      at = parent
    }
    heads[at] = head
  }

  #siftDown(from: number): void {
    const heads = this.#heads
    const head = heads[from]!
    let at = from
    for (;;) {
      let child = 2 * at + 1
      if (child >= heads.length) break
      if (child + 1 < heads.length && isBefore(heads[child + 1]!, heads[child]!)) child++
      if (!isBefore(heads[child]!, head)) break
      heads[at] = heads[child]!
      at = child
    }
    heads[at] = head
  }
}

function isBefore(a: Head, b: Head): boolean {
  return a.timestamp === b.timestamp ? a.order < b.order : a.timestamp < b.timestamp
}

/** Beyond 2⁵³ rounded: nobody's clock goes so far. */
function timestampOf({ record }: PartitionCursor): number {
  const { timestampNumber } = record
  return timestampNumber === timestampNumber ? timestampNumber : Number(record.timestamp)
}
