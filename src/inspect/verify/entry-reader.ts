/**
 * The entries of an index file one after the other, through a small window: an index may take as much as a log.
 * Zeros behind the last entry are what a broker allocated ahead. A zero entry with others behind it is damage.
 */
import type { DiskFile } from '../../disk/disk.ts'

const WINDOW_SIZE = 64 * 1024

export class EntryReader {
  readonly entrySize: number
  readonly fileSize: number
  /** Byte of the entry in the file. */
  position: number
  /** Holds the entry at `start`, until the next call. */
  window: Buffer = EMPTY
  start = 0
  /** Where the entries end and allocated zeros begin; set once `next` has returned false. */
  zerosFrom: number | undefined
  /** Where entries of zeros lay that had others behind them, if the last call passed over such. */
  skippedFrom: number | undefined
  readonly #file: DiskFile
  #windowAt = 0
  #nextPosition = 0

  constructor(file: DiskFile, entrySize: number) {
    this.#file = file
    this.entrySize = entrySize
    this.fileSize = file.size()
    this.position = 0
  }

  get trailingBytes(): number {
    return this.fileSize % this.entrySize
  }

  next(): boolean {
    this.skippedFrom = undefined
    for (;;) {
      this.position = this.#nextPosition
      if (!this.#load()) return this.#end()
      this.#nextPosition += this.entrySize
      if (!this.#isZero()) return true
      this.skippedFrom ??= this.position
      if (!this.#skipZeros()) return this.#end()
    }
  }

  /** A file of a single entry was not allocated ahead. */
  #isZero(): boolean {
    if (this.fileSize === this.entrySize) return false
    for (let at = this.start; at < this.start + this.entrySize; at++) {
      if (this.window[at] !== 0) return false
    }
    return true
  }

  #end(): false {
    this.zerosFrom = this.skippedFrom
    this.skippedFrom = undefined
    this.#nextPosition = this.fileSize
    return false
  }

  /** To the next entry that is not all zeros; false where there is none. */
  #skipZeros(): boolean {
    while (this.#load(this.#nextPosition)) {
      const end = this.window.length - ((this.window.length - this.start) % this.entrySize)
      let at = this.start
      while (at < end && this.window[at] === 0) at++
      if (at < end) {
        this.#nextPosition += at - this.start - ((at - this.start) % this.entrySize)
        return true
      }
      this.#nextPosition += end - this.start
    }
    return false
  }

  #load(position = this.position): boolean {
    if (position + this.entrySize > this.fileSize) return false
    this.start = position - this.#windowAt
    if (this.start >= 0 && this.start + this.entrySize <= this.window.length) return true
    const buffer = this.#buffer()
    this.window = buffer.subarray(0, this.#file.read(buffer, position))
    this.#windowAt = position
    this.start = 0
    return this.window.length >= this.entrySize
  }

  #buffer(): Buffer {
    this.#allocated ??= Buffer.allocUnsafe(Math.min(WINDOW_SIZE, this.fileSize))
    return this.#allocated
  }
  #allocated: Buffer | undefined
}

const EMPTY = Buffer.alloc(0)
