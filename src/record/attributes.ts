/**
 * The attribute bits of batches and legacy messages; the only place that masks them.
 *
 * | bits | v2 batch                   | v1 message     | v0 message |
 * |------|----------------------------|----------------|------------|
 * | 0–2  | codec                      | codec          | codec      |
 * | 3    | timestamp type             | timestamp type | unused     |
 * | 4    | transactional              | unused         | unused     |
 * | 5    | control                    | unused         | unused     |
 * | 6    | base timestamp is a delete horizon (KIP-534) | unused | unused |
 *
 * Source: org.apache.kafka.common.record.internal.DefaultRecordBatch, LegacyRecord
 */
export type TimestampType = 'none' | 'create' | 'append'

export const CODEC_BITS = 0x07
export const TIMESTAMP_TYPE_BIT = 0x08
export const TRANSACTIONAL_BIT = 0x10
export const CONTROL_BIT = 0x20
export const DELETE_HORIZON_BIT = 0x40

export function codecIdOf(attributes: number): number {
  return attributes & CODEC_BITS
}

export function timestampTypeOf(attributes: number): 'create' | 'append' {
  return (attributes & TIMESTAMP_TYPE_BIT) === 0 ? 'create' : 'append'
}

export function isTransactionalIn(attributes: number): boolean {
  return (attributes & TRANSACTIONAL_BIT) !== 0
}

export function isControlIn(attributes: number): boolean {
  return (attributes & CONTROL_BIT) !== 0
}

export function hasDeleteHorizonIn(attributes: number): boolean {
  return (attributes & DELETE_HORIZON_BIT) !== 0
}

/** Bits that no version of Kafka sets. */
export function unusedBitsIn(attributes: number): number {
  return attributes & ~0x7f
}
