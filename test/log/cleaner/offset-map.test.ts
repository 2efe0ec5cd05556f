import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { OffsetMap, SLOT_SIZE } from '../../../src/log/cleaner/offset-map.ts'

const SECRET = Buffer.alloc(16, 7)

function newMap(slots: number, loadFactor = 0.9): OffsetMap {
  return new OffsetMap({ bytes: slots * SLOT_SIZE, loadFactor, secret: SECRET })
}

function putOffset(map: OffsetMap, key: Buffer, offset: number): void {
  map.keys.clear()
  map.keys.add(key, 0, key.length, offset)
  map.fetch()
  map.put(0)
}

function offsetOf(map: OffsetMap, key: string): number {
  map.keys.clear()
  map.keys.add(Buffer.from(key), 0, key.length, 0)
  map.fetch()
  return map.get(0)
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
      putOffset(map, Buffer.from(text), offset)
      oracle.set(text, offset)
      expect(map.count).toBe(oracle.size)
    }
    expect(map.count).toBe(900)
    for (const [text, offset] of oracle) {
      expect(offsetOf(map, text)).toBe(offset)
    }
    for (let other = 1500; other < 3000; other++) {
      const text = `no ${other}`
      expect(offsetOf(map, text)).toBe(-1)
    }
  })

  it('knows the newest offset of a key that comes twice among those asked for at once', () => {
    const map = newMap(1000)
    const text = Buffer.from('..a..b..a')
    for (const [offset, start] of [2, 5, 8].entries()) map.keys.add(text, start, 1, offset)
    map.fetch()
    for (let place = 0; place < map.keys.count; place++) map.put(place)
    expect(map.count).toBe(2)
    expect([0, 1, 2].map(place => map.get(place))).toEqual([2, 1, 2])
  })

  it('takes a key without bytes, and offset 0', () => {
    const map = newMap(10)
    putOffset(map, Buffer.alloc(0), 0)
    expect(offsetOf(map, '')).toBe(0)
  })

  it('forgets all when it is cleared', () => {
    const map = newMap(10)
    putOffset(map, Buffer.from('k'), 5)
    map.clear()
    expect(offsetOf(map, 'k')).toBe(-1)
    expect(map.count).toBe(0)
  })
})
