import { expect, it } from 'vitest'
import { compactionDue } from '../../../src/inspect/forecast/compaction-due.ts'

const LOG = {
  logStartOffset: 0n,
  logEndOffset: 40n,
  highWatermark: 40n,
  segments: [0n, 10n, 20n, 30n].map(baseOffset => ({
    baseOffset,
    size: 100,
    largestTimestamp: 0n,
  })),
}

it.each([
  ['nothing was compacted yet', undefined, 0, 300, true],
  ['two segments were', 20n, 200, 100, false],
  ['up to the middle of one', 15n, 100, 200, true],
  ['all but the active one', 30n, 300, 0, false],
  ['the checkpoint lies behind the end: it says nothing', 41n, 0, 300, true],
])('%s', (_, checkpoint, cleanBytes, dirtyBytes, isDue) => {
  const due = compactionDue(LOG, { checkpoint, minRatio: 0.5 })
  expect(due).toMatchObject({ cleanBytes, dirtyBytes, isDue })
})
