/** What a segment's batches say, told without asking anything but its file. */
import { describe, expect, it } from 'vitest'
import { CorruptDataError } from '../../src/base/errors.ts'
import { INT64_MAX } from '../../src/binary/big-endian.ts'
import { diskWith } from '../../src/disk/disk-with.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { OFFSET_INDEX_ENTRY } from '../../src/log/offset-index.ts'
import { entriesOfTrail } from '../../src/log/producer-trail.ts'
import { readSegmentFacts, type SegmentFacts } from '../../src/log/segment-facts.ts'
import { TIME_INDEX_ENTRY } from '../../src/log/time-index.ts'
import { batchOfSize, legacyMessage, newBatch, newMarker, placedAt } from './new-batch.ts'
import { NOW_MS } from './new-log.ts'

const PATH = '/100.log'
const BASE = 100n

function facts(batches: readonly Buffer[], options: { end?: number; interval?: number } = {}) {
  const { interval = 0, ...rest } = options
  const segment = { path: PATH, baseOffset: BASE, indexIntervalBytes: interval, ...rest }
  return readSegmentFacts(segment, diskOf(batches))
}

function diskOf(batches: readonly Buffer[]): MemoryDisk {
  const disk = new MemoryDisk()
  disk.put(PATH, Buffer.concat(batches))
  return disk
}

/** Batches of 300 bytes from the base on, each a millisecond later. */
function batches(count: number): Buffer[] {
  return Array.from({ length: count }, (_, at) =>
    placedAt(batchOfSize(300, NOW_MS + at), BASE + BigInt(at)),
  )
}

function entries({ indexes }: SegmentFacts) {
  const { offsets, times } = indexes
  const decoded = <T>(bytes: Buffer, size: number, decode: (bytes: Buffer, at: number) => T) =>
    Array.from({ length: bytes.length / size }, (_, slot) => decode(bytes, slot * size))
  return {
    offsets: decoded(offsets, OFFSET_INDEX_ENTRY.size, (bytes, at) => {
      const { relativeOffset, position } = OFFSET_INDEX_ENTRY.decode(bytes, at)
      return [relativeOffset, position]
    }),
    times: decoded(times, TIME_INDEX_ENTRY.size, (bytes, at) => {
      const { timestamp, relativeOffset } = TIME_INDEX_ENTRY.decode(bytes, at)
      return [Number(timestamp) - NOW_MS, relativeOffset]
    }),
  }
}

describe('the indexes of a segment', () => {
  it('have an entry for each batch that lies more than the interval behind the last', () => {
    expect(entries(facts(batches(6), { interval: 300 }))).toEqual({
      offsets: [
        [2, 600],
        [4, 1200],
      ],
      times: [
        [2, 2],
        [4, 4],
        [5, 5],
      ],
    })
  })

  it('say of times what is later than all before', () => {
    const later = [5, 3, 5, 9, 1].map((ms, at) => placedAt(batchOfSize(300, NOW_MS + ms), 100 + at))
    const { times } = entries(facts(later))
    expect(times).toEqual([
      [5, 0],
      [9, 3],
    ])
  })

  it('are those of old formats, too, who teach nobody', () => {
    const old = [0, 1].map(at => {
      const bytes = legacyMessage(Buffer.alloc(50))
      bytes.writeBigInt64BE(BASE + BigInt(at))
      return bytes
    })
    const found = facts(old)
    expect(entries(found).offsets).toEqual([[1, old[0]!.length]])
    expect(found).toMatchObject({ batches: 2, nextOffset: 102n, learntUpTo: undefined, epochs: [] })
  })

  it('are empty where the log is', () => {
    const found = facts([])
    expect(entries(found)).toEqual({ offsets: [], times: [] })
    expect(found).toMatchObject({ batches: 0, nextOffset: BASE, learntUpTo: undefined })
    expect(found.cut).toBeUndefined()
  })
})

it('a segment tells each leader epoch that is higher than all before it', () => {
  const told = [2, 2, 5, 3, 7].map((epoch, at) => placedAt(newBatch(), 100 + at, epoch))
  expect(facts(told).epochs).toEqual([
    { epoch: 2, startOffset: 100n },
    { epoch: 5, startOffset: 102n },
    { epoch: 7, startOffset: 104n },
  ])
})

it('a segment tells of a producer its first batch and its last, and markers whole', () => {
  const sent = [0, 1, 2].map(sequence =>
    newBatch({ producer: { id: 9n, epoch: 0, sequence }, isTransactional: true }),
  )
  const all = [newBatch(), ...sent, newMarker({ id: 9n, epoch: 0 })]
  const { trail } = facts(all.map((bytes, at) => placedAt(bytes, 100 + at)))
  const told = [...entriesOfTrail(trail)].map(({ batch }) => [batch.baseOffset, batch.isControl])
  expect(told).toEqual([
    [101n, false],
    [103n, false],
    [104n, true],
  ])
})

describe('a segment can be believed', () => {
  const whole = batches(3)
  const flipped = (at: number) => {
    const bytes = Buffer.from(whole[2]!)
    bytes[at]! ^= 1
    return bytes
  }

  it.each([
    ['a checksum does not hold', [flipped(200)], 'the checksum does not hold'],
    ['an offset goes back', [placedAt(batchOfSize(300), 101)], 'its offset 101 goes back'],
    ['nothing can follow', [placedAt(batchOfSize(300), INT64_MAX)], /^no offset can follow/],
    ['a write was torn', [whole[2]!.subarray(0, 250)], 'the last batch is not whole'],
    ['a size is impossible', [Buffer.alloc(300, 0xff)], 'impossible size of a record batch'],
  ])('up to where %s', (_, behind, reason) => {
    const found = facts([...whole.slice(0, 2), ...behind])
    const bytes = behind[0]!.length
    expect(found.cut).toEqual({
      position: 600,
      bytes,
      reason: reason instanceof RegExp ? (expect.stringMatching(reason) as string) : reason,
    })
    expect(found).toMatchObject({ batches: 2, nextOffset: 102n, isTooWide: false })
  })

  it('not at all where an offset lies below its name', () => {
    const below = [...whole.slice(0, 2), placedAt(batchOfSize(300), BASE - 1n)]
    expect(() => facts(below)).toThrow(
      /at byte 600: an offset below the name.*found 99, expected 100 at least/,
    )
  })

  it('up to where nothing was written yet', () => {
    const { cut } = facts([...whole, Buffer.alloc(100_000)])
    expect(cut).toMatchObject({ position: 900, bytes: 100_000, isPadding: true })
  })

  it('up to where an index could hold its offsets', () => {
    const found = facts([...whole, placedAt(batchOfSize(300), BASE + 2n ** 31n)])
    expect(found).toMatchObject({ isTooWide: true, batches: 3, nextOffset: 103n })
    expect(found.cut).toBeUndefined()
  })

  it('no further than it is asked for', () => {
    const found = facts(whole, { end: 600 })
    expect(found).toMatchObject({ batches: 2, nextOffset: 102n })
    expect(found.cut).toBeUndefined()
  })
})

it('the reading of a segment tells how far it came, all in all as many bytes as there are', () => {
  const told: number[] = []
  const bytes = Array.from({ length: 40 }, (_, at) =>
    placedAt(newBatch({ value: Buffer.alloc(100_000) }), 100 + at),
  )
  const segment = { path: PATH, baseOffset: BASE, indexIntervalBytes: 4096 }
  readSegmentFacts(segment, diskOf(bytes), count => told.push(count))
  expect(told.length).toBeGreaterThan(3)
  expect(told.reduce((sum, count) => sum + count, 0)).toBe(Buffer.concat(bytes).length)
})

it('a file that shrinks while it is read is an error, and closed', () => {
  const disk = diskOf(batches(3))
  let isClosed = false
  const shrinking = diskWith(disk, {
    open(path) {
      const file = disk.open(path)
      return {
        path,
        size: () => file.size(),
        read: (bytes, at) => file.read(bytes.subarray(0, Math.max(0, 500 - at)), at),
        close: () => void (isClosed = true),
      }
    },
  })
  const segment = { path: PATH, baseOffset: BASE, indexIntervalBytes: 0 }
  expect(() => readSegmentFacts(segment, shrinking)).toThrow(CorruptDataError)
  expect(isClosed).toBe(true)
})
