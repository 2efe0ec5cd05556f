import { describe, expect, it } from 'vitest'
import { durationText } from '../../../src/cli/render/duration-text.ts'

describe('a duration for people', () => {
  it.each([
    [0n, '0s'],
    [850n, '850ms'],
    [12_900n, '12s'],
    [90_000n, '1m30s'],
    [3_600_000n, '1h'],
    [12_000_000n, '3h20m'],
    [540_000_000n, '6d6h'],
    [-5000n, '-5s'],
  ])('of %d ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text)
  })
})
