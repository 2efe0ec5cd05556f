import { expect, it } from 'vitest'
import { readBatches } from '../../crash/check-log.ts'
import { NOW_MS } from '../../log/new-log.ts'
import { openTrimmed, trim, TRIMMED, trimScene } from '../trim/trim-scene.ts'
import { expire } from './retention-scene.ts'

/** Segments end at 2, 5, 8 and 9 milliseconds; each but the last has 900 bytes. */
const AT_10 = NOW_MS + 10

it.each([
  ['two segments by time', { retentionMs: 4 }, 6n],
  ['one by size', { retentionBytes: 2100 }, 3n],
  ['none that is not old enough', { retentionMs: 8 }, 0n],
  ['all, and begins anew at the end', { retentionMs: 0 }, 10n],
])('a log gives up %s', async (_, config, logStartOffset) => {
  const disk = await trimScene()
  const deleted = await expire(disk, { ...config, nowMs: AT_10 })
  expect(deleted.logStartOffset).toBe(logStartOffset)
  const { log, isClean } = openTrimmed(disk)
  expect([log.logStartOffset, log.endOffset, isClean]).toEqual([logStartOffset, 10n, true])
  expect(readBatches(log).map(({ baseOffset }) => baseOffset)[0] ?? 10n).toBe(logStartOffset)
  const left = disk.list(TRIMMED.path).filter(({ name }) => name.endsWith('.deleted'))
  expect(left).toEqual([])
})

it('segments below the log start offset go, where nothing else does', async () => {
  const disk = await trimScene()
  await trim(disk, 'delete-records', 2)
  const before = await expire(disk, {})
  expect(before.plan.expired).toEqual([])
  await trim(disk, 'delete-records', 4, { backup: false })
  expect((await expire(disk, {})).logStartOffset).toBe(4n)
  expect(openTrimmed(disk).log.segments[0]!.baseOffset).toBe(3n)
})
