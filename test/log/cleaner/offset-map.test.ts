import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { OffsetMap, SLOT_SIZE } from '../../../src/log/cleaner/offset-map.ts'

const SECRET = Buffer.alloc(16, 7)

function newMap(slots: number, loadFactor = 0.9): OffsetMap {
  return new OffsetMap({ bytes: slots * SLOT_SIZE, loadFactor, secret: SECRET })
}

describe('the offset map', () => {
  it('takes as many keys as Kafka would put into the same memory', () => {
    expect(newMap(100).countMax).toBe(90)
    expect(new OffsetMap({ bytes: 134_217_728, loadFactor: 0.9, secret: SECRET }).countMax).toBe(
      5_033_164,
    )
  })

  it('never takes more than leave it a free slot', () => {
    expect(newMap(100, 1).countMax).toBe(96)
    expect(newMap(2, 1).countMax).toBe(1)
  })

  it('says of each key what a Map says, until it is full and when it is', () => {
    const random = seededRandom(3)
    const map = newMap(1000)
    const oracle = new Map<string, number>()
    for (let offset = 0; !map.isFull; offset++) {
      const text = `${random.below(1500)}`.repeat(1 + (offset % 3))
      const key = Buffer.from(`..${text}`)
      map.put(key, 2, key.length - 2, offset)
      oracle.set(text, offset)
      expect(map.count).toBe(oracle.size)
    }
    expect(map.count).toBe(900)
    for (const [text, offset] of oracle) {
      expect(map.get(Buffer.from(text), 0, text.length)).toBe(offset)
    }
    for (let other = 1500; other < 3000; other++) {
      const text = `no ${other}`
      expect(map.get(Buffer.from(text), 0, text.length)).toBe(-1)
    }
  })

  it('takes a key without bytes, and offset 0', () => {
    const map = newMap(10)
    map.put(Buffer.alloc(0), 0, 0, 0)
    expect(map.get(Buffer.alloc(0), 0, 0)).toBe(0)
  })

  it('forgets all when it is cleared', () => {
    const map = newMap(10)
    map.put(Buffer.from('k'), 0, 1, 5)
    map.clear()
    expect(map.get(Buffer.from('k'), 0, 1)).toBe(-1)
    expect(map.count).toBe(0)
  })
})
