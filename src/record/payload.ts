/** The decompressed records of a batch, within the limits a reader was given. */
import { CorruptDataError } from '../base/errors.ts'
import type { DecodeLimits } from '../base/limits.ts'
import { codecById } from '../compression/codecs.ts'
import type { RecordBatch } from './batch.ts'

/** @param payload what follows the batch's own header; an error's position counts from the batch's first byte. */
export function decompressPayload(
  batch: RecordBatch,
  payload: Buffer,
  limits: DecodeLimits,
): Buffer {
  const payloadStart = batch.size - payload.length
  const codec = codecById(batch.codecId)
  if (codec === undefined) {
    throw new CorruptDataError({
      position: payloadStart,
      reason: 'unknown compression codec',
      found: `id ${batch.codecId}`,
      expected: '0 (none), 1 (gzip), 2 (snappy), 3 (lz4) or 4 (zstd)',
    })
  }
  try {
    return codec.decompress(payload, { sizeMax: limits.batchBytesMax, magic: batch.magic })
  } catch (error) {
    if (error instanceof CorruptDataError) {
      const { position, reason, found, expected } = error.damage
      throw new CorruptDataError({
        position: payloadStart,
        reason: `${codec.name} payload, byte ${position}: ${reason}`,
        found,
        expected,
      })
    }
    throw error
  }
}
