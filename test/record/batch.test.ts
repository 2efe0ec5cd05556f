import { expect, it } from 'vitest'
import { addSequence } from '../../src/record/batch.ts'

it('counts sequence numbers up to 2³¹−1 and on from 0', () => {
  expect(addSequence(0, 0)).toBe(0)
  expect(addSequence(0x7fffffff - 2, 2)).toBe(0x7fffffff)
  expect(addSequence(0x7fffffff - 2, 3)).toBe(0)
})

it('makes of a damaged delta what Kafka makes of it', () => {
  expect(addSequence(10, -1672640155)).toBe(474843503)
  expect(addSequence(3, -12)).toBe(2147483639)
})
