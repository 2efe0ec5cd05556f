import { describe, expect, it } from 'vitest'
import { CompressionRatio } from '../../src/client/compression-ratio.ts'

const observed = (ratio: number) => ({ storedSize: ratio * 1000, plainSize: 1000 })

describe('CompressionRatio', () => {
  it('expects nothing of compression before it has seen any', () => {
    expect(new CompressionRatio().plainSizeFor(10_500)).toBe(10_000)
  })

  it('gets better slowly and worse at once', () => {
    const ratio = new CompressionRatio()
    ratio.observe(observed(0.25))
    expect(ratio.plainSizeFor(10_000)).toBe(Math.floor(10_000 / (0.995 * 1.05)))
    for (let i = 0; i < 200; i++) ratio.observe(observed(0.25))
    expect(ratio.plainSizeFor(10_000)).toBe(Math.floor(10_000 / (0.25 * 1.05)))
    ratio.observe(observed(0.9))
    expect(ratio.plainSizeFor(10_000)).toBe(Math.floor(10_000 / (0.9 * 1.05)))
    ratio.observe(observed(0.91))
    expect(ratio.plainSizeFor(10_000)).toBe(Math.floor(10_000 / (0.95 * 1.05)))
  })
})
