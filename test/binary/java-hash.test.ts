import { expect, it } from 'vitest'
import { javaHashMapOrder, javaStringHash } from '../../src/binary/java-hash.ts'

it("hashes as Java's String.hashCode", () => {
  expect(javaStringHash('')).toBe(0)
  expect(javaStringHash('group')).toBe(98629247)
  expect(javaStringHash('polygenelubricants')).toBe(-2147483648)
})

it('orders as a HashMap of strings on OpenJDK 17, also after it has grown', () => {
  expect(javaHashMapOrder(['b', 'a', 'Aa', 'BB'])).toEqual(['Aa', 'BB', 'a', 'b'])
  const inserted = Array.from({ length: 13 }, (_, i) => `/data/a/orders-${i * 7}/0000.log`)
  const iterated = [84, 35, 56, 21, 0, 70, 28, 63, 7, 42, 14, 49, 77]
  expect(javaHashMapOrder(inserted)).toEqual(iterated.map(i => `/data/a/orders-${i}/0000.log`))
})
