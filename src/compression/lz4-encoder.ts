/**
 * Makes one LZ4 block: sequences of
 *
 * | bytes | field                                                                                |
 * |-------|--------------------------------------------------------------------------------------|
 * | 1     | token: high half count of literals, low half length of the match − 4                 |
 * | …     | where a half is 15: more of it, bytes of 255 and one below                           |
 * | …     | literals                                                                             |
 * | 2     | distance back to the match, little-endian; the last sequence has neither it nor more |
 *
 * A match may not begin in the last 12 bytes nor reach into the last 5. Greedy, with one candidate
 * a hash: what is written here is test data and the odd batch, so being short counts for more than
 * being fast (50 MB/s on JSON).
 *
 * Source: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
import { assert } from '../base/errors.ts'

const INPUT_SIZE_MAX = 64 * 1024
const MATCH_SIZE_MIN = 4
const MATCH_START_MARGIN = 12
const MATCH_END_MARGIN = 5
const HALF_MAX = 15
const HASH_BITS = 13

/** For each hash of four bytes, one past where they were last seen; positions in a block fit. */
const lastSeen = new Int32Array(2 ** HASH_BITS)

export function encodeBlock(input: Buffer): Buffer {
  assert(input.length <= INPUT_SIZE_MAX, 'an lz4 block holds at most 64 KiB')
  lastSeen.fill(0)
  const output = Buffer.allocUnsafe(input.length + Math.ceil(input.length / 255) + 16)
  const matchEndMax = input.length - MATCH_END_MARGIN
  let written = 0
  let literalsStart = 0
  let at = 0
  while (at <= input.length - MATCH_START_MARGIN) {
    const word = input.readInt32LE(at)
    const candidate = remember(word, at)
    if (candidate < 0 || input.readInt32LE(candidate) !== word) {
      // the longer nothing has matched, the larger the steps: what can't be compressed costs little
      at += 1 + ((at - literalsStart) >>> 6)
      continue
    }
    let end = at + MATCH_SIZE_MIN
    while (end < matchEndMax && input[end] === input[candidate + end - at]) end++
    const matchSize = end - at
    written = writeLiterals(output, written, { input, start: literalsStart, end: at, matchSize })
    written = output.writeUInt16LE(at - candidate, written)
    if (matchSize - MATCH_SIZE_MIN >= HALF_MAX) {
      written = writeRest(output, written, matchSize - MATCH_SIZE_MIN - HALF_MAX)
    }
    at = literalsStart = end
  }
  const last = { input, start: literalsStart, end: input.length, matchSize: MATCH_SIZE_MIN }
  return output.subarray(0, writeLiterals(output, written, last))
}

/** Where the four bytes at `at` may have been before, −1 for nowhere. */
function remember(word: number, at: number): number {
  const hash = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS)
  const candidate = lastSeen[hash]! - 1
  lastSeen[hash] = at + 1
  return candidate
}

interface Literals {
  readonly input: Buffer
  readonly start: number
  readonly end: number
  /** Of the match behind them, for the token that tells of both. */
  readonly matchSize: number
}

function writeLiterals(output: Buffer, position: number, literals: Literals): number {
  const { input, start, end, matchSize } = literals
  const count = end - start
  const high = Math.min(count, HALF_MAX)
  const low = Math.min(matchSize - MATCH_SIZE_MIN, HALF_MAX)
  let written = output.writeUInt8((high << 4) | low, position)
  if (high === HALF_MAX) written = writeRest(output, written, count - HALF_MAX)
  return written + input.copy(output, written, start, end)
}

function writeRest(output: Buffer, position: number, rest: number): number {
  let written = position
  let left = rest
  for (; left >= 255; left -= 255) written = output.writeUInt8(255, written)
  return output.writeUInt8(left, written)
}
