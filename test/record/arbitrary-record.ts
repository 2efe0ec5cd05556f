import fc from 'fast-check'
import type { NewRecord } from '../../src/record/batch-builder.ts'

const SMALL = { maxLength: 12 }

/** Bytes of all kinds: any, text, none, and few enough or so many that each way to copy them has its turn. */
export function anyBytes(): fc.Arbitrary<Buffer> {
  return fc.oneof(
    fc.uint8Array(SMALL).map(bytes => Buffer.from(bytes)),
    fc.string({ unit: 'binary', ...SMALL }).map(text => Buffer.from(text)),
    fc.string({ unit: 'grapheme', ...SMALL }).map(text => Buffer.from(text)),
    fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes)),
  )
}

export function anyTimestamp(): fc.Arbitrary<bigint> {
  return fc.oneof(
    fc.bigInt({ min: 1_700_000_000_000n, max: 1_700_000_100_000n }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.constant(-1n),
  )
}

export function anyRecord(): fc.Arbitrary<NewRecord> {
  const nullable = () => fc.option(anyBytes(), { nil: null })
  return fc.record({
    timestamp: anyTimestamp(),
    key: nullable(),
    value: nullable(),
    headers: fc.array(fc.record({ key: anyBytes(), value: nullable() }), { maxLength: 3 }),
  })
}
