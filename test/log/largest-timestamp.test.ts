import { join } from 'node:path'
import { expect, it } from 'vitest'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { maxTimestampOf } from '../../src/log/largest-timestamp.ts'
import { withSegment } from '../../src/log/open-segment.ts'
import { readPartitionDirectory } from '../../src/log/partition-directory.ts'

const FOLDER = join(import.meta.dirname, '../../fixtures/damaged/zeroed-range/log/orders-0')

it('looks for the greatest timestamp behind damage as well, where no time index knows it', () => {
  const { segments } = readPartitionDirectory(nodeDisk, FOLDER)
  const damaged = segments.find(({ baseOffset }) => baseOffset === 41n)!
  const known = withSegment(nodeDisk, damaged, open => maxTimestampOf(open, false))
  const { baseOffset, log } = damaged
  const unindexed = { baseOffset, log }
  expect(withSegment(nodeDisk, unindexed, open => maxTimestampOf(open, false))).toEqual(known)
})
