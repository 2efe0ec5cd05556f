/**
 * Where the log goes on behind damage: the next position at which a whole batch begins whose size, magic and checksum
 * hold. Cheap tests come first, the checksum last; a run of zeros or text costs little more than reading it.
 */
import { DEFAULT_DECODE_LIMITS, type DecodeLimits } from '../base/limits.ts'
import { INT64_MAX, int32At } from '../binary/big-endian.ts'
import type { DiskFile } from '../disk/disk.ts'
import {
  LOG_OVERHEAD,
  MAGIC_AT,
  MAGIC_V2,
  NO_PRODUCER_ID,
  SIZE_AT,
  SIZE_MIN,
} from '../record/batch.ts'
import { BATCH_OVERHEAD, BatchV2 } from '../record/batch-v2.ts'
import type { LegacyMessage } from '../record/legacy-message.ts'
import { unusedBitsIn } from '../record/attributes.ts'
import { batchAt } from '../record/records.ts'
import { BatchScanner } from './batch-scanner.ts'

export interface FindOptions {
  readonly from: number
  /** The first position that is not looked at; the batch may reach beyond it. */
  readonly to: number
  readonly limits?: DecodeLimits
  /** The lowest offset of the segment: batches with offsets that it can't hold are not meant. */
  readonly baseOffset?: bigint | undefined
}

export interface FoundBatch {
  readonly position: number
  readonly baseOffset: bigint
}

const WINDOW_SIZE = 256 * 1024

export function findBatch(file: DiskFile, options: FindOptions): FoundBatch | undefined {
  const limits = options.limits ?? DEFAULT_DECODE_LIMITS
  const fileSize = file.size()
  const window = Buffer.allocUnsafe(WINDOW_SIZE)
  const { baseOffset } = options
  const lowest = baseOffset ?? 0n
  const highest = baseOffset === undefined ? INT64_MAX : baseOffset + INT32_MAX
  const lowestHigh = Number(lowest >> 32n)
  const highestHigh = Number(highest >> 32n)
  for (let at = options.from; at < Math.min(options.to, fileSize);) {
    const size = file.read(window, at)
    if (size < LOG_OVERHEAD + SIZE_MIN) return undefined
    const last = Math.min(size - BATCH_OVERHEAD, options.to - at - 1)
    for (let start = 0; start <= Math.max(last, 0); start++) {
      const high = int32At(window, start)
      if (high < lowestHigh || high > highestHigh) continue
      if (isZeroBlock(window, start, size)) start += ZEROS.length - BATCH_OVERHEAD
      const left = Math.min(fileSize - at - start, Math.max(limits.batchBytesMax, WINDOW_SIZE))
      if (!isPlausible(window, start, size, left)) continue
      const found = provenAt(file, at + start, limits)
      if (found === undefined) continue
      if (found.baseOffset >= lowest && found.baseOffset <= highest) return found
    }
    at += Math.max(last + 1, 1)
  }
  return undefined
}

/** @param size bytes in the window  @param left bytes from here to the end of the file */
function isPlausible(window: Buffer, start: number, size: number, left: number): boolean {
  const magic = window[start + MAGIC_AT]!
  if (magic > MAGIC_V2) return false
  const batchSize = int32At(window, start + SIZE_AT)
  if (batchSize < SIZE_MIN || batchSize > left - LOG_OVERHEAD) return false
  if (start + BATCH_OVERHEAD > size) return magic < MAGIC_V2
  const batch = batchAt(window, start)
  if (!(batch instanceof BatchV2)) return isPlausibleMessage(batch, size)
  if (batchSize < BATCH_OVERHEAD - LOG_OVERHEAD || unusedBitsIn(batch.attributes) !== 0)
    return false
  const { recordCount, lastOffsetDelta, producerId } = batch
  return recordCount >= 0 && recordCount <= lastOffsetDelta + 1 && producerId >= NO_PRODUCER_ID
}

/** Key and value must fill the message; without that, noise would cost a checksum over half the file again and again. */
function isPlausibleMessage(message: LegacyMessage, windowSize: number): boolean {
  if (unusedBitsIn(message.attributes) !== 0) return false
  const { buffer, start, size, keySizeAt } = message
  const keySize = int32At(buffer, start + keySizeAt)
  const valueSizeAt = keySizeAt + INT32_SIZE + Math.max(0, keySize)
  if (keySize < -1 || valueSizeAt + INT32_SIZE > size) return false
  if (start + valueSizeAt + INT32_SIZE > windowSize) return true
  const valueSize = int32At(buffer, start + valueSizeAt)
  return valueSize >= -1 && valueSizeAt + INT32_SIZE + Math.max(0, valueSize) === size
}

const INT32_MAX = 0x7fff_ffffn
const INT32_SIZE = 4
const ZEROS = Buffer.alloc(4096)

/** What a crash leaves behind, by the gigabyte. */
function isZeroBlock(window: Buffer, start: number, size: number): boolean {
  if (window[start] !== 0 || start + ZEROS.length > size) return false
  return window.compare(ZEROS, 0, ZEROS.length, start, start + ZEROS.length) === 0
}

function provenAt(file: DiskFile, position: number, limits: DecodeLimits): FoundBatch | undefined {
  const scanner = new BatchScanner(file, { from: position, limits, windowSize: BATCH_OVERHEAD })
  const batch = scanner.next()
  if (batch === undefined || !scanner.isValid()) return undefined
  return { position, baseOffset: scanner.header().baseOffset }
}
