import { expect, test } from 'vitest'
import { sparkline } from '../../../src/cli/render/sparkline.ts'

test('a value is as high as its share of the greatest', () => {
  expect(sparkline([1, 2, 3, 4, 5, 6, 7, 8])).toBe('▁▂▃▄▅▆▇█')
})

test('what is there at all shows, and what is not does not', () => {
  expect(sparkline([0, 1, 1_000_000])).toBe(' ▁█')
})

test('nothing is no line', () => {
  expect(sparkline([])).toBe('')
  expect(sparkline([0, 0])).toBe('  ')
})
