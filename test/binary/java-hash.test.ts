import { expect, it } from 'vitest'
import { javaHashMapOrder, javaStringHash } from '../../src/binary/java-hash.ts'

it("hashes as Java's String.hashCode", () => {
  expect(javaStringHash('')).toBe(0)
  expect(javaStringHash('group')).toBe(98629247)
  expect(javaStringHash('polygenelubricants')).toBe(-2147483648)
})

it('orders as a HashMap on OpenJDK 17 that computeIfAbsent fills, also after it has grown', () => {
  expect(javaHashMapOrder(['b', 'a', 'Aa', 'BB'], { calls: 0 })).toEqual(['BB', 'Aa', 'a', 'b'])
  const path = (i: number) => `/data/a/orders-${i}/0000.log`
  const order = (count: number, calls: number) =>
    javaHashMapOrder(
      Array.from({ length: count }, (_, i) => path(i * 7)),
      { calls },
    )
  const full = [84, 0, 70, 63, 28, 56, 35, 7, 42, 77, 49, 14, 21]
  const grown = [84, 56, 35, 21, 0, 70, 63, 28, 7, 42, 77, 49, 14]
  expect(order(13, 0)).toEqual(full.map(path))
  expect(order(13, 1)).toEqual(grown.map(path))
  expect(order(14, 0)).toEqual([84, 91, ...grown.slice(1)].map(path))
})
