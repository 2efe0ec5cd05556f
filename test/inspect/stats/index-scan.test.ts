import { describe, expect, it } from 'vitest'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { distributionOf, emptyHistogram } from '../../../src/inspect/stats/histogram.ts'
import { IndexCursor, noteScan } from '../../../src/inspect/stats/index-scan.ts'
import { OFFSET_INDEX_ENTRY, OffsetIndex } from '../../../src/log/offset-index.ts'

function cursorOver(positions: readonly number[]): IndexCursor {
  const disk = new MemoryDisk()
  const entries = positions.map((position, slot) =>
    OFFSET_INDEX_ENTRY.encode({ relativeOffset: slot + 1, position }),
  )
  disk.put('/index', Buffer.concat(entries))
  return new IndexCursor(new OffsetIndex(disk.open('/index'), 0n))
}

describe('a cursor over an index', () => {
  it('tells of each batch the entry before it, and whether it has one', () => {
    const cursor = cursorOver([300, 500, 600])
    const distances = [0, 100, 300, 400, 500, 600, 900].map(at => cursor.distanceTo(at))
    expect(distances).toEqual([
      { bytes: 0, isIndexed: false },
      { bytes: 100, isIndexed: false },
      { bytes: 300, isIndexed: true },
      { bytes: 100, isIndexed: false },
      { bytes: 200, isIndexed: true },
      { bytes: 100, isIndexed: true },
      { bytes: 300, isIndexed: false },
    ])
  })

  it('finds the entry wherever it is asked next, as brute force does', () => {
    const positions = Array.from({ length: 1000 }, (_, n) => (n + 1) * 7)
    for (const step of [1, 3, 50, 699, 3501]) {
      const cursor = cursorOver(positions)
      for (let at = step; at < 7500; at += step) {
        const before = positions.findLast(position => position < at) ?? 0
        const expected = { bytes: at - before, isIndexed: positions.includes(at) }
        expect(cursor.distanceTo(at)).toEqual(expected)
      }
    }
  })

  it('goes from the beginning where there is no entry, or a wrong one', () => {
    expect(cursorOver([]).distanceTo(700)).toEqual({ bytes: 700, isIndexed: false })
    expect(cursorOver([-5]).distanceTo(700)).toEqual({ bytes: 700, isIndexed: false })
  })
})

describe('what lookups scan', () => {
  it('is nothing for the last offset of a batch with an entry, for others all from the one before', () => {
    const scans = emptyHistogram()
    noteScan(scans, { bytes: 100, isIndexed: true }, 3)
    noteScan(scans, { bytes: 50, isIndexed: false }, 2)
    noteScan(scans, { bytes: 1_000_000, isIndexed: false }, 0)
    expect(distributionOf(scans)).toMatchObject({ count: 5, sum: 300, min: 0, max: 100 })
  })
})
