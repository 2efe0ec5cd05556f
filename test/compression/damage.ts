import { expect } from 'vitest'
import { CorruptDataError } from '../../src/base/errors.ts'
import type { Damage } from '../../src/base/errors.ts'
import type { Codec } from '../../src/compression/codec.ts'

/** What a codec finds wrong with a payload; fails where it finds nothing. */
export function damageOf(codec: Codec, payload: Buffer, magic = 2): Damage {
  try {
    codec.decompress(payload, { sizeMax: 16 * 1024 * 1024, magic })
  } catch (error) {
    if (error instanceof CorruptDataError) return error.damage
    throw error
  }
  return expect.fail(`${codec.name} accepted ${payload.toString('hex')}`)
}
