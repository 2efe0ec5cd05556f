/**
 * Integers as Kafka writes them, big-endian, out of bytes that the caller knows to be there: beyond the end they are
 * not refused but wrong. Node 20 looks up a method of Buffer anew at every call, even in optimized code: that makes
 * `buffer.readInt32BE` ten times as slow as these, and a header is read some fifty times while it is verified.
 */
const TWO_32 = 4_294_967_296
export const INT64_MAX = 0x7fff_ffff_ffff_ffffn

export function int8At(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) >> 24
}

export function int16At(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) >> 16) | bytes[at + 1]!
}

export function int32At(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

export function uint32At(bytes: Uint8Array, at: number): number {
  return int32At(bytes, at) >>> 0
}

/** An int64 as a number: exact up to 2⁵³ to either side, the nearest number beyond. */
export function int64NumberAt(bytes: Uint8Array, at: number): number {
  return int32At(bytes, at) * TWO_32 + uint32At(bytes, at + 4)
}

/** For numbers that may be rounded: only one that cannot be is taken. */
export function exactOrNaN(value: number): number {
  return Number.isSafeInteger(value) ? value : NaN
}

/** For numbers that may not be rounded, as fast as most of them can be. */
export function numberIfExact(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

export function int64At(bytes: Uint8Array, at: number): bigint {
  const number = int64NumberAt(bytes, at)
  if (Number.isSafeInteger(number)) return BigInt(number)
  return (BigInt(int32At(bytes, at)) << 32n) | BigInt(uint32At(bytes, at + 4))
}
