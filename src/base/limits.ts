/** Bounds on what input may cost, each with its reason. A number from a file is compared with one of these first. */
export interface DecodeLimits {
  /**
   * Bytes that one batch may take in memory, as stored and again decompressed. Apache Kafka's default
   * `max.message.bytes` is 1 MiB, but a compressed MiB may hold a thousand times as much: a bomb must not.
   */
  readonly batchBytesMax: number
}

export const MEBIBYTE = 1024 * 1024

export const DEFAULT_DECODE_LIMITS: DecodeLimits = { batchBytesMax: 256 * MEBIBYTE }

/** The option that raises `batchBytesMax`, for messages. */
export const BATCH_BYTES_MAX_FLAG = '--max-batch-bytes'

/** Bytes of a small file (checkpoint, snapshot, properties) that are read whole; a real one takes kilobytes. */
export const SMALL_FILE_BYTES_MAX = 64 * MEBIBYTE
