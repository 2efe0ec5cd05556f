import { describe, expect, it } from 'vitest'
import { UsageError } from '../../src/base/errors.ts'
import { consumeRequest } from '../../src/cli/consume-request.ts'
import type { ConsumeCommandOptions } from '../../src/cli/consume-options.ts'

const NOW = 1_700_000_000_000
const EARLIEST = { kind: 'earliest' }
const LATEST = { kind: 'latest' }

describe("kcat's beginning and end in time", () => {
  it.each([
    ['0', 0n],
    ['1', 1n],
    ['1700000000', 1_700_000_000n],
    ['1700000000000', 1_700_000_000_000n],
    ['1700000000000000', 1_700_000_000_000_000n],
    ['9223372036854775807', 2n ** 63n - 1n],
    ['2020-01-01', 1_577_836_800_000n],
    ['-1h', BigInt(NOW - 3_600_000)],
    ['now', BigInt(NOW)],
  ])('s@%s and e@%s are milliseconds where they are digits', (text, timestamp) => {
    const time = { kind: 'time', timestamp }
    expect(rangeOf(`s@${text}`)).toEqual({ from: time, to: LATEST })
    expect(rangeOf(`e@${text}`)).toEqual({ from: EARLIEST, to: time })
    expect(rangeOf(`e@${text}`, `s@${text}`)).toEqual({ from: time, to: time })
  })

  it.each([
    [['s@'], '-o s@: expected milliseconds since 1970 behind the @'],
    [['s@9223372036854775808'], '-o s@9223372036854775808: expected milliseconds'],
    [['s@1x'], '-o s@1x: expected milliseconds'],
    [['s@2', 'e@1'], '-o s@2 -o e@1: it ends before it begins'],
    [['s@1', 's@2'], '-o can be given twice as -o s@TIME -o e@TIME only, not as s@1 and s@2'],
    [['s@1', 'e@2', 'e@3'], '-o can be given twice'],
    [['5', 'e@2'], '-o can be given twice'],
    [['1', '2'], '-o can be given twice'],
  ])('%j is refused', (texts, message) => {
    expect(() => rangeOf(...texts)).toThrow(UsageError)
    expect(() => rangeOf(...texts)).toThrow(message)
  })

  it('leaves @ to the grammar of every command: ten digits are seconds', () => {
    expect(rangeOf('@1700000000')?.from).toEqual({ kind: 'time', timestamp: BigInt(NOW) })
  })
})

function rangeOf(...offset: readonly string[]) {
  const options = { offset } as unknown as ConsumeCommandOptions
  return consumeRequest(['path'], options, NOW).offsets
}
