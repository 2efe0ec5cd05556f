/**
 * What a codec is: bytes in, bytes out, both whole. A batch is decompressed in one piece, since all
 * readers below want all of its records, and a piece is faster than a stream.
 *
 * A payload may declare anything, and a megabyte of it may mean a thousand megabytes of zeros. So
 * nothing declared is believed before it is compared with `sizeMax` and with what the payload can
 * hold at all. What a codec can't decode is a CorruptDataError with the position within the
 * payload, whatever the library beneath it says; what would take more than `sizeMax` is a
 * LimitError.
 *
 * Source: org.apache.kafka.common.compress.Compression and CompressionType
 */
import { CorruptDataError, LimitError } from '../base/errors.ts'
import { BATCH_BYTES_MAX_FLAG } from '../base/limits.ts'

export type CodecName = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

export interface DecompressOptions {
  /** Bytes of output at most. */
  readonly sizeMax: number
  /** Format version of the batch: lz4 is framed a little differently in version 0. */
  readonly magic: number
}

export interface CompressOptions {
  readonly magic: number
}

export interface Codec {
  /** As in the low three bits of a batch's attributes. */
  readonly id: number
  readonly name: CodecName
  /**
   * The result stays valid for as long as it is kept; of the codec `none` it is the argument
   * itself.
   */
  decompress(bytes: Buffer, options: DecompressOptions): Buffer
  /** Framed as Kafka's own writer does it, at its default level and block size. */
  compress(bytes: Buffer, options: CompressOptions): Buffer
}

export function corrupt(
  position: number,
  reason: string,
  { found, expected }: { readonly found: string; readonly expected: string },
): CorruptDataError {
  return new CorruptDataError({ position, reason, found, expected })
}

/**
 * @param needed bytes of output, as far as known: at least what the payload declares, or one more
 * than is allowed.
 */
export function tooLarge(name: CodecName, needed: number, sizeMax: number): LimitError {
  return new LimitError({
    what: `${name} payload`,
    needed: needed > sizeMax + 1 ? `${needed} bytes` : `more than ${sizeMax} bytes`,
    allowed: `${sizeMax} bytes`,
    flag: BATCH_BYTES_MAX_FLAG,
  })
}
