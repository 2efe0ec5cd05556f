/**
 * Walks the batches of a .log file (or a snapshot) in order, through one reused window of bytes: whatever the file's
 * size, memory stays that of the window, or of the largest batch whose body was asked for.
 *
 * A log has no header and no footer; it ends, without that being an error, where fewer than 18 bytes are left or where
 * a batch says it reaches beyond the end of the file: a write that a crash cut off.
 *
 * Source: org.apache.kafka.common.record.internal.FileLogInputStream
 */
import { CorruptDataError, LimitError } from '../base/errors.ts'
import { BATCH_BYTES_MAX_FLAG, DEFAULT_DECODE_LIMITS, type DecodeLimits } from '../base/limits.ts'
import { int32At, int8At } from '../binary/big-endian.ts'
import { crc32, crc32c } from '../binary/checksum.ts'
import type { DiskFile } from '../disk/disk.ts'
import { shrunkenFile } from '../disk/shrunken-file.ts'
import {
  HEADER_SIZE_UP_TO_MAGIC,
  LOG_OVERHEAD,
  MAGIC_AT,
  MAGIC_V2,
  SIZE_AT,
  SIZE_MIN,
} from '../record/batch.ts'
import { BATCH_HEADER, BATCH_OVERHEAD, BatchV2 } from '../record/batch-v2.ts'
import {
  type LegacyMessage,
  MESSAGE_V0_HEADER,
  MESSAGE_V1_HEADER,
} from '../record/legacy-message.ts'
import { batchAt } from '../record/records.ts'

export interface ScanOptions {
  /** Where the first batch begins. */
  readonly from?: number
  /** Where to stop; by default the file's size when the scan begins. */
  readonly end?: number
  readonly limits?: DecodeLimits
  /** Bytes read at once. Small for a look at a few headers, large for a scan. */
  readonly windowSize?: number
}

/** Why a scan ended where it did. */
export type ScanEnd = 'end-of-file' | 'torn' | 'corrupt'

/** Fits the second-level cache, so that the checksum finds the bytes where the read left them. */
const SCAN_WINDOW_SIZE = 256 * 1024
const WINDOW_STEP_MAX = 64 * 1024

export class BatchScanner {
  readonly file: DiskFile
  readonly end: number
  /** Where the current batch begins; after the last, where the scan stopped. */
  position: number
  /** Set once `next()` has returned undefined. */
  stopped: ScanEnd | undefined
  /** What was wrong at `position`, when stopped as corrupt. */
  damage: CorruptDataError | undefined
  /** Bytes asked of the file so far. */
  bytesRead = 0
  readonly #limits: DecodeLimits
  /** Bytes asked for at once, unless one batch needs more. */
  readonly #readSize: number
  #window: Buffer
  #windowStart = 0
  #windowSize = 0
  #batch: BatchV2 | LegacyMessage | undefined
  #nextPosition: number

  constructor(file: DiskFile, options: ScanOptions = {}) {
    this.file = file
    this.end = Math.min(options.end ?? Infinity, file.size())
    this.position = options.from ?? 0
    this.#nextPosition = this.position
    this.#limits = options.limits ?? DEFAULT_DECODE_LIMITS
    this.#readSize = options.windowSize ?? SCAN_WINDOW_SIZE
    const left = Math.max(this.end - this.position, BATCH_OVERHEAD)
    this.#window = Buffer.allocUnsafe(Math.min(this.#readSize, left))
  }

  /** Bytes that it holds in memory. */
  get windowBytes(): number {
    return this.#window.length
  }

  /**
   * The next batch, its header at least in memory; undefined when the scan has ended. It is valid until the next call, of
   * `body` and `isValid` as well: `header` tells it anew then.
   */
  next(): BatchV2 | LegacyMessage | undefined {
    this.position = this.#nextPosition
    this.#batch = undefined
    const left = this.end - this.position
    if (left <= HEADER_SIZE_UP_TO_MAGIC) return this.#stop('end-of-file')
    this.#require(Math.min(BATCH_OVERHEAD, left))
    const start = this.position - this.#windowStart
    const size = int32At(this.#window, start + SIZE_AT)
    if (size < SIZE_MIN) return this.#stop('corrupt', this.#impossibleSize(size))
    if (size > left - LOG_OVERHEAD) return this.#stop('torn')
    const headerSize = headerSizeOf(int8At(this.#window, start + MAGIC_AT))
    if (headerSize > left) return this.#stop('corrupt', this.#impossibleSize(size, headerSize))
    this.#nextPosition = this.position + LOG_OVERHEAD + size
    return this.#batchHere(start)
  }

  /** The current batch, of which only the header need be in memory. */
  header(): BatchV2 | LegacyMessage {
    this.#require(Math.min(BATCH_OVERHEAD, this.end - this.position))
    return this.#batchHere(this.position - this.#windowStart)
  }

  /**
   * The current batch with its body in memory.
   *
   * @throws LimitError where the body is larger than one batch may cost
   */
  body(): BatchV2 | LegacyMessage {
    const size = this.#nextPosition - this.position
    if (size > this.#limits.batchBytesMax) {
      throw new LimitError({
        what: `batch at byte ${this.position} of ${this.file.path}`,
        file: this.file.path,
        needed: `${size} bytes`,
        allowed: `${this.#limits.batchBytesMax}`,
        flag: BATCH_BYTES_MAX_FLAG,
      })
    }
    this.#require(size)
    return this.#batchHere(this.position - this.#windowStart)
  }

  /**
   * Whether the current batch's checksum holds; reads the body piece by piece where it is large. That costs no memory, so
   * no limit stands against it.
   */
  isValid(): boolean {
    const size = this.#nextPosition - this.position
    if (size <= Math.max(this.#window.length, SCAN_WINDOW_SIZE)) {
      this.#require(size)
      return this.#batchHere(this.position - this.#windowStart).isValid()
    }
    const batch = this.header()
    const { storedCrc } = batch
    return storedCrc === this.#crcInPieces(batch instanceof BatchV2, size)
  }

  /** Goes on at another position, as after damage. */
  resumeAt(position: number): void {
    this.#nextPosition = position
    this.stopped = undefined
    this.damage = undefined
  }

  #batchHere(start: number): BatchV2 | LegacyMessage {
    if (this.#batch?.buffer === this.#window && this.#batch.start === start) return this.#batch
    return (this.#batch = batchAt(this.#window, start))
  }

  #stop(reason: ScanEnd, damage?: CorruptDataError): undefined {
    this.stopped = reason
    this.damage = damage
    this.#nextPosition = this.position
    return undefined
  }

  #impossibleSize(size: number, headerSize = LOG_OVERHEAD + SIZE_MIN): CorruptDataError {
    return new CorruptDataError({
      file: this.file.path,
      position: this.position,
      reason: 'impossible size of a record batch',
      found: String(size),
      expected: `${headerSize - LOG_OVERHEAD} or more`,
    })
  }

  /** Makes `size` bytes from `position` on lie in the window. */
  #require(size: number): void {
    const start = this.position - this.#windowStart
    if (start >= 0 && start + size <= this.#windowSize) return
    const known = this.#window.subarray(Math.max(0, start), start < 0 ? 0 : this.#windowSize)
    if (size > this.#window.length) this.#window = Buffer.allocUnsafe(this.#roundUp(size))
    this.#window.set(known)
    this.#windowStart = this.position
    const wanted = Math.min(Math.max(size, this.#readSize), this.end - this.position)
    const rest = this.#window.subarray(known.length, wanted)
    const read = this.file.read(rest, this.position + known.length)
    this.bytesRead += read
    this.#windowSize = known.length + read
    if (this.#windowSize < size) this.#refuseShrunkenFile()
  }

  /** In steps of the window, so that it need not grow often. */
  #roundUp(size: number): number {
    const step = Math.min(this.#readSize, WINDOW_STEP_MAX)
    return Math.ceil(size / step) * step
  }

  #refuseShrunkenFile(): never {
    const { position, end: sizeBefore } = this
    const size = this.#windowStart + this.#windowSize
    throw shrunkenFile({ file: this.file.path, position, size, sizeBefore })
  }

  #crcInPieces(isV2: boolean, size: number): number {
    const covered = isV2 ? BATCH_HEADER.offsetOf.attributes : MESSAGE_V0_HEADER.offsetOf.magic
    const checksum = isV2 ? crc32c : crc32
    const end = this.position + size
    let crc: number | undefined
    if (this.#window.length < SCAN_WINDOW_SIZE) this.#window = Buffer.allocUnsafe(SCAN_WINDOW_SIZE)
    for (let at = this.position + covered; at < end;) {
      const wanted = Math.min(this.#window.length, end - at)
      this.#windowStart = at
      this.#windowSize = this.file.read(this.#window.subarray(0, wanted), at)
      this.bytesRead += this.#windowSize
      if (this.#windowSize < wanted) this.#refuseShrunkenFile()
      crc = checksum(this.#window.subarray(0, wanted), crc)
      at += wanted
    }
    this.#batch = undefined
    return crc ?? 0
  }
}

function headerSizeOf(magic: number): number {
  if (magic >= MAGIC_V2) return BATCH_OVERHEAD
  return (magic === 0 ? MESSAGE_V0_HEADER : MESSAGE_V1_HEADER).size
}
