import { expect, it } from 'vitest'
import { murmur2, partitionForKey } from '../../src/binary/murmur2.ts'

it.each([
  ['', 275646681],
  ['a', -1563381124],
  ['ab', 316155434],
  ['abc', 479470107],
  ['customer-17', 1584006640],
  ['été', -2101193575],
])('hashes %j as org.apache.kafka.common.utils.Utils.murmur2', (text, hash) => {
  expect(murmur2(Buffer.from(text))).toBe(hash)
})

it('never picks a partition that is not there', () => {
  for (let i = 0; i < 1000; i++) {
    const partition = partitionForKey(Buffer.from(`key-${i}`), 7)
    expect(partition).toBeGreaterThanOrEqual(0)
    expect(partition).toBeLessThan(7)
  }
})
