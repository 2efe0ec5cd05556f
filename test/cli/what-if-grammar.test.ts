import { describe, expect, it } from 'vitest'
import { parseWhatIf } from '../../src/cli/what-if-grammar.ts'

describe('a what-if', () => {
  it('is what it names of the configs that can be tried', () => {
    const text = 'index.interval.bytes=16384, compression.type = zstd'
    expect(parseWhatIf(text)).toEqual({
      name: text,
      configs: new Map([
        ['index.interval.bytes', '16384'],
        ['compression.type', 'zstd'],
      ]),
    })
  })

  it.each([
    ['', 'found "", expected some of index.interval.bytes=…'],
    ['segment.ms', 'found "segment.ms", expected some of'],
    ['segment.ms=5,', 'found "", expected some of'],
    ['segment.ms=5,segment.ms=6', 'segment.ms is given twice'],
    ['retention.ms=5', 'found retention.ms, expected some of'],
    ['compression.zstd.level=5', 'found compression.zstd.level, expected some of'],
    ['segment.ms=0', 'Invalid value 0 for configuration segment.ms: Value must be at least 1'],
    ['index.interval.bytes=4k', 'Invalid value 4k for configuration index.interval.bytes: Not a'],
    ['compression.type=none', 'Invalid value none for configuration compression.type: String'],
  ])('is none in %j', (text, problem) => {
    expect(() => parseWhatIf(text)).toThrow(`--what-if ${text}: ${problem}`)
  })
})
