/**
 * What every entry of a log has, whatever its format: a v2 record batch, or a v0/v1 message (which may wrap others).
 * A batch is a view over bytes that its reader may reuse: keep values, not views.
 */
import type { TimestampType } from './attributes.ts'

export interface RecordBatch {
  readonly magic: number
  /** Bytes of the whole entry, its first 12 included. */
  readonly size: number
  /** Offset of the first record. For a compressed v0/v1 wrapper its `lastOffset`: the first needs decompression. */
  readonly baseOffset: bigint
  readonly lastOffset: bigint
  /** Id of the compression codec, 0 for none; ids above 4 mean nothing. */
  readonly codecId: number
  readonly timestampType: TimestampType
  /** Milliseconds since 1970; −1 for none. With `append` it is the timestamp of every record. */
  readonly maxTimestamp: bigint
  readonly storedCrc: number
  computeCrc(): number
  /** Whether the size is possible and the checksum holds. */
  isValid(): boolean
  readonly isTransactional: boolean
  readonly isControl: boolean
  /** −1 where there is none; always so in v0/v1, as the four below. */
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly lastSequence: number
  readonly partitionLeaderEpoch: number
  /** Records that are present; undefined in v0/v1, where only decompression tells. */
  readonly recordCount: number | undefined
  /** When tombstones and markers in this batch may be dropped (KIP-534), milliseconds since 1970. */
  readonly deleteHorizonMs: bigint | undefined
}

/**
 * The first 17 bytes are alike in all formats: int64 offset, int32 size of what follows byte 12, 4 bytes, int8 magic.
 */
export const SIZE_AT = 8
export const LOG_OVERHEAD = 12
export const MAGIC_AT = 16
export const HEADER_SIZE_UP_TO_MAGIC = 17
/** The least a size field can say: a v0 message without key and value. */
export const SIZE_MIN = 14

export const MAGIC_V2 = 2
export const NO_PRODUCER_ID = -1n
export const NO_SEQUENCE = -1
export const NO_EPOCH = -1
export const NO_TIMESTAMP = -1n

/**
 * Sequence numbers run from 0 to 2³¹−1 and begin again. In Java's arithmetic, so that numbers out of that range come
 * out of it as they do there.
 */
export function addSequence(sequence: number, delta: number): number {
  const room = (SEQUENCE_MAX - delta) | 0
  return (sequence > room ? delta - (SEQUENCE_MAX - sequence) - 1 : sequence + delta) | 0
}

const SEQUENCE_MAX = 0x7fffffff
