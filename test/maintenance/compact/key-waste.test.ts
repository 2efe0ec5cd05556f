import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { HashedKeys } from '../../../src/log/cleaner/hashed-keys.ts'
import { KeyWaste } from '../../../src/maintenance/compact/key-waste.ts'

function add(waste: KeyWaste, key: string, bytes: number): void {
  const within = Buffer.from(`<${key}>`)
  const keys = new HashedKeys(Buffer.alloc(16))
  waste.add(keys, keys.add(within, 1, within.length - 2, 0), bytes)
}

const topOf = (waste: KeyWaste, count: number) =>
  waste.top(count).map(({ key, bytes, records }) => [key.toString(), bytes, records])

describe('the keys that waste most', () => {
  it('are told exactly as long as there are few', () => {
    const waste = new KeyWaste(10)
    add(waste, 'a', 5)
    add(waste, 'b', 7)
    add(waste, 'a', 4)
    expect(topOf(waste, 5)).toEqual([
      ['a', 9, 2],
      ['b', 7, 1],
    ])
    expect(waste.uncertainBytes).toBe(0)
  })

  it('are found among many, each with no more off than is told', () => {
    const random = seededRandom(5)
    const waste = new KeyWaste(50)
    const exact = new Map<string, number>()
    for (let step = 0; step < 20_000; step++) {
      const isHeavy = random.below(4) === 0
      const key = isHeavy ? `heavy ${random.below(3)}` : `light ${random.below(10_000)}`
      const bytes = 1 + random.below(100)
      add(waste, key, bytes)
      exact.set(key, (exact.get(key) ?? 0) + bytes)
    }
    const top = waste.top(3)
    expect(top.map(({ key }) => key.toString()).sort()).toEqual(['heavy 0', 'heavy 1', 'heavy 2'])
    for (const { key, bytes } of top) {
      const known = exact.get(key.toString())!
      expect(bytes).toBeLessThanOrEqual(known)
      expect(bytes + waste.uncertainBytes).toBeGreaterThanOrEqual(known)
    }
  })

  it('are told once each, however often all are forgotten', () => {
    const waste = new KeyWaste(4)
    for (let step = 0; step < 1000; step++) add(waste, `${step % 37}`, 1)
    add(waste, 'heavy', 5000)
    const names = waste.top(8).map(({ key }) => key.toString())
    expect(new Set(names).size).toBe(names.length)
    expect(names[0]).toBe('heavy')
  })

  it('are cut where they are long', () => {
    const waste = new KeyWaste()
    add(waste, 'k'.repeat(300), 1)
    expect(waste.top(1)).toMatchObject([{ key: Buffer.alloc(256, 'k'), isCut: true }])
  })
})
