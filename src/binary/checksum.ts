/**
 * The two checksums of Kafka's files: CRC-32C (Castagnoli) in format v2 and producer snapshots, CRC-32 (IEEE, zlib) in
 * message formats v0 and v1. Both as unsigned 32-bit numbers.
 */
import { crc32 as crc32Ieee, crc32c as crc32Castagnoli } from '@node-rs/crc32'

/** @param previous the checksum of the bytes before these, to go on from. */
export function crc32c(bytes: Uint8Array, previous?: number): number {
  return crc32Castagnoli(bytes, previous)
}

export function crc32(bytes: Uint8Array, previous?: number): number {
  return crc32Ieee(bytes, previous)
}
