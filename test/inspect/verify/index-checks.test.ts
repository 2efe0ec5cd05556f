import { describe, expect, test } from 'vitest'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import type { FindingPlace } from '../../../src/inspect/verify/finding.ts'
import type { FindingKind } from '../../../src/inspect/verify/finding-kinds.ts'
import { OffsetIndexCheck } from '../../../src/inspect/verify/offset-index-check.ts'
import { TimeIndexCheck } from '../../../src/inspect/verify/time-index-check.ts'
import { OFFSET_INDEX_ENTRY } from '../../../src/log/offset-index.ts'
import { TIME_INDEX_ENTRY } from '../../../src/log/time-index.ts'

type Found = readonly [kind: FindingKind, position: number | undefined]

/** Batches of 100 bytes and ten offsets each, from offset 1000 on; their timestamps are given. */
const TIMESTAMPS = [10, 40, 30, 40, 50]
const BATCH_SIZE = 100
const OFFSETS = 10

function offsetFindings(entries: readonly (readonly [number, number])[], zeros = 0): Found[] {
  const bytes = entries.map(([relativeOffset, position]) =>
    OFFSET_INDEX_ENTRY.encode({ relativeOffset, position }),
  )
  return findingsOf(Buffer.concat([...bytes, Buffer.alloc(zeros)]), (file, report) => {
    const check = new OffsetIndexCheck(file, {
      baseOffset: 1000n,
      mayBePreallocated: false,
      report,
    })
    for (const index of TIMESTAMPS.keys()) {
      const base = index * OFFSETS
      check.batch(index * BATCH_SIZE, base, base + OFFSETS - 1, false)
    }
    check.end(TIMESTAMPS.length * BATCH_SIZE, false)
  })
}

function timeFindings(entries: readonly (readonly [number, number])[], zeros = 0): Found[] {
  const bytes = entries.map(([timestamp, relativeOffset]) =>
    TIME_INDEX_ENTRY.encode({ timestamp: BigInt(timestamp), relativeOffset }),
  )
  return findingsOf(Buffer.concat([...bytes, Buffer.alloc(zeros)]), (file, report) => {
    const check = new TimeIndexCheck(file, { baseOffset: 1000n, mayBePreallocated: false, report })
    for (const [index, timestamp] of TIMESTAMPS.entries()) {
      check.batch(timestamp, index * OFFSETS, (index + 1) * OFFSETS - 1)
    }
    check.end({ isClosed: true, mayBeBehind: false })
  })
}

function findingsOf(
  bytes: Buffer,
  run: (
    file: ReturnType<MemoryDisk['open']>,
    report: (kind: FindingKind, place: FindingPlace) => void,
  ) => void,
): Found[] {
  const disk = new MemoryDisk()
  disk.put('/index', bytes)
  const found: Found[] = []
  run(disk.open('/index'), (kind, { position }) => found.push([kind, position]))
  return found
}

describe('an offset index', () => {
  test.each<[string, readonly (readonly [number, number])[], Found[]]>([
    ['may be empty', [], []],
    [
      'has the last offset of the batch at the position',
      [
        [19, 100],
        [49, 400],
      ],
      [],
    ],
    [
      'may have the last offset of a later batch, as of an append of several',
      [
        [29, 100],
        [49, 400],
      ],
      [],
    ],
    [
      'may have the first offset of the batch, as before Kafka 1.0',
      [
        [10, 100],
        [40, 400],
      ],
      [],
    ],
    [
      'may go over from first offsets to last ones, where the broker was changed',
      [
        [10, 100],
        [49, 400],
      ],
      [],
    ],
    [
      'does not go back to the first offset of a batch',
      [
        [19, 100],
        [40, 400],
      ],
      [['index-entry', 8]],
    ],
    ['has no offset from inside a batch', [[15, 100]], [['index-entry', 0]]],
    ['has no position inside a batch', [[19, 101]], [['index-entry', 0]]],
    ['has no offset of an earlier batch', [[9, 100]], [['index-entry', 0]]],
    [
      'does not point behind the log',
      [
        [19, 100],
        [60, 600],
      ],
      [['index-past-end', 8]],
    ],
    [
      'has no offset behind the log',
      [
        [19, 100],
        [60, 400],
      ],
      [['index-entry', 8]],
    ],
    [
      'blames the one that stands alone',
      [
        [19, 100],
        [900, 90_000],
        [29, 200],
        [39, 300],
      ],
      [['index-order', 8]],
    ],
    [
      'has no offsets below its base',
      [
        [-5, 100],
        [29, 200],
      ],
      [['index-order', 0]],
    ],
  ])('%s', (_, entries, expected) => {
    expect(offsetFindings(entries)).toEqual(expected)
  })

  test('of a closed segment has no zeros behind its entries', () => {
    expect(offsetFindings([[19, 100]], 80)).toEqual([['index-untrimmed', 8]])
    expect(offsetFindings([[19, 100]], 3)).toEqual([['index-size', 8]])
  })
})

describe('a time index', () => {
  test.each<[string, readonly (readonly [number, number])[], Found[]]>([
    [
      'has the greatest timestamp up to the batch',
      [
        [40, 19],
        [50, 49],
      ],
      [],
    ],
    [
      'may have the offset of the record itself, as in older logs',
      [
        [40, 13],
        [50, 44],
      ],
      [],
    ],
    [
      'misses no later timestamp before',
      [
        [30, 29],
        [50, 49],
      ],
      [['timeindex-entry', 0]],
    ],
    [
      'promises no later timestamp',
      [
        [45, 19],
        [50, 49],
      ],
      [['timeindex-entry', 0]],
    ],
    ['ends with the greatest of the segment', [[40, 19]], [['timeindex-short', 0]]],
    ['is not empty where the log has timestamps', [], [['timeindex-short', 0]]],
    [
      'does not point behind the log',
      [
        [50, 49],
        [60, 70],
      ],
      [['timeindex-past-end', 12]],
    ],
    [
      'ascends',
      [
        [40, 19],
        [10, 9],
        [50, 49],
      ],
      [['timeindex-order', 12]],
    ],
  ])('%s', (_, entries, expected) => {
    expect(timeFindings(entries)).toEqual(expected)
  })

  test('of a closed segment has no zeros behind its entries', () => {
    expect(timeFindings([[50, 49]], 24)).toEqual([['timeindex-untrimmed', 12]])
  })
})

test('a timestamp that no number can hold is told to its last digit', () => {
  const bytes = TIME_INDEX_ENTRY.encode({ timestamp: -3909437248658031890n, relativeOffset: 9 })
  let found: string | undefined
  findingsOf(bytes, file => {
    const report = (_kind: FindingKind, place: FindingPlace) => (found ??= place.found)
    const check = new TimeIndexCheck(file, { baseOffset: 1000n, mayBePreallocated: false, report })
    check.end({ isClosed: false, mayBeBehind: false })
  })
  expect(found).toBe('timestamp -3909437248658031890 at offset 1009')
})
