import { expect, it } from 'vitest'
import { uncleanNotice } from '../../../src/inspect/offsets/unclean-notice.ts'

it('tells a broker that runs from one that died', () => {
  const asked: string[] = []
  const held = (path: string) => {
    asked.push(path)
    return { pid: 4711 }
  }
  expect(uncleanNotice('/d/a', held)).toMatch(/^\/d\/a is in use by process \d+/)
  expect(asked).toEqual(['/d/a/.lock'])
  expect(uncleanNotice('/d/a', () => ({ pid: undefined }))).toMatch(/in use by another process:/)
  for (const nobody of [undefined, 'unknown'] as const) {
    expect(uncleanNotice('/d/a', () => nobody)).toMatch(/was not closed cleanly/)
  }
})
