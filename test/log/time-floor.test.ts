import { describe, expect, it } from 'vitest'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { withSegment } from '../../src/log/open-segment.ts'
import { damageOfTimeEntry } from '../../src/log/time-floor.ts'
import { FIXTURE_NAMES, partitionsOf } from './fixture.ts'

describe('an entry of a time index', () => {
  it.each(FIXTURE_NAMES)('agrees with the log, as Kafka wrote it: %s', fixture => {
    for (const { path, segments } of partitionsOf(fixture)) {
      for (const segment of segments) {
        withSegment(nodeDisk, segment, open => {
          const { timeIndex } = open
          for (let slot = 0; slot < (timeIndex?.usedCount ?? 0); slot++) {
            const entry = timeIndex!.entryAt(slot)
            if (isLost(path, entry.offset)) continue
            expect([path, damageOfTimeEntry(open, { slot, entry })]).toEqual([path, undefined])
          }
        })
      }
    }
  })
})

/** The batch of the last entry did not make it to the disk whole. */
function isLost(path: string, offset: bigint): boolean {
  return path.endsWith('killed-4.3/a/events-0') && offset === 119n
}
