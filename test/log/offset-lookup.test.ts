import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { lookupOffset, type OffsetLookup } from '../../src/log/offset-lookup.ts'
import { OFFSET_INDEX_ENTRY, OffsetIndex } from '../../src/log/offset-index.ts'
import { lookupTimestamp } from '../../src/log/timestamp-lookup.ts'
import { TIME_INDEX_ENTRY, TimeIndex } from '../../src/log/time-index.ts'
import { BATCH_HEADER, BATCH_OVERHEAD } from '../../src/record/batch-v2.ts'
import { MemoryFile } from './memory-file.ts'

const FILE = '/d/t-0/00000000000000000100.log'
const BASE_OFFSET = 100n
const T = 1_700_000_000_000n

/** 100 batches of ten offsets and 500 bytes, each a second later than the one before. */
const BATCHES = Array.from({ length: 100 }, (_, number) => ({
  baseOffset: BASE_OFFSET + BigInt(number * 10),
  lastOffsetDelta: 9,
  size: 500,
  maxTimestamp: T + BigInt(number * 1000),
}))

describe('the lookup of an offset', () => {
  it('begins at the index entry, and reads headers up to the batch', () => {
    const lookup = lookupOffset(segment(), 555n)
    expect(lookup.index).toMatchObject({ slot: 3, entry: { offset: 509n, position: 20_000 } })
    expect(lookup.index?.probes.at(0)).toMatchObject({ slot: 0, section: 'warm' })
    expect(lookup.batch).toEqual({
      position: 22_500,
      size: 500,
      baseOffset: 550n,
      lastOffset: 559n,
      maxTimestamp: T + 45_000n,
      partitionLeaderEpoch: 3,
    })
    expect(lookup.scan).toEqual({ from: 20_000, batchCount: 6, bytesRead: 4096, damages: [] })
  })

  it('tells that the segment ends before', () => {
    const lookup = lookupOffset(segment(), 1100n)
    expect(lookup.batch).toBeUndefined()
    expect(lookup.scan.stopped).toBe('end-of-file')
  })

  it('finds the next batch for an offset that compaction took away', () => {
    const kept = BATCHES.filter((_, number) => number !== 45)
    expect(lookupOffset(segment({ batches: kept }), 555n).batch?.baseOffset).toBe(560n)
  })

  it('walks the log from its beginning without an index', () => {
    const { log } = segment()
    const lookup = lookupOffset({ log, baseOffset: BASE_OFFSET }, 555n)
    expect(lookup.index).toBeUndefined()
    expect(lookup.batch?.position).toBe(22_500)
    expect(lookup.scan).toMatchObject({ from: 0, batchCount: 46 })
  })

  it.each([
    ['into the middle of a batch', { relativeOffset: 9, position: 250 }],
    ['beyond the end of the log', { relativeOffset: 9, position: 1_000_000 }],
    ['to a negative position', { relativeOffset: 9, position: -1 }],
    ['too far', { relativeOffset: 9, position: 40_000 }],
  ])('leaves an index aside that leads %s', (_, entry) => {
    const lookup = lookupOffset(segment({ index: OFFSET_INDEX_ENTRY.encode(entry) }), 555n)
    expect(lookup.indexDamage).toMatchObject({ file: FILE, position: entry.position })
    expect(lookup.scan.from).toBe(0)
    expect(lookup.batch?.position).toBe(22_500)
  })

  it('tells of damage in the log on the way', () => {
    const bytes = logBytes(BATCHES)
    bytes.writeInt32BE(3, 20_500 + 8)
    const lookup = lookupOffset(segment({ bytes }), 555n)
    expect(lookup.batch).toBeUndefined()
    expect(lookup.scan.stopped).toBe('corrupt')
    expect(lookup.scan.damages).toMatchObject([{ file: FILE, position: 20_500, found: '3' }])
  })

  it('never fails, whatever the bytes of log and index', () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map(array => Buffer.from(array))
    fc.assert(
      fc.property(bytes, bytes, bytes, (log, index, timeIndex) => {
        const garbled = segment({ bytes: log, index, timeIndex })
        lookupOffset(garbled, 150n)
        lookupTimestamp(garbled, { timestamp: 5n })
      }),
    )
  })

  it('finds what a scan of all batches finds, whatever the index leaves out', () => {
    const target = fc.bigInt({ min: 100n, max: 1100n })
    fc.assert(
      fc.property(target, fc.integer({ min: 1, max: 40 }), (offset, interval) => {
        const lookup: OffsetLookup = lookupOffset(segment({ index: indexBytes(interval) }), offset)
        const oracle = BATCHES.find(({ baseOffset }) => baseOffset + 9n >= offset)
        expect(lookup.batch?.baseOffset).toBe(oracle?.baseOffset)
      }),
    )
  })
})

describe('the lookup of a time', () => {
  it('goes from the time index over the offset index into the log', () => {
    const lookup = lookupTimestamp(segment(), { timestamp: T + 45_000n })
    expect(lookup.timeIndex?.entry).toEqual({ timestamp: T + 40_000n, offset: 509n })
    expect(lookup.index?.entry).toEqual({ offset: 509n, position: 20_000 })
    expect(lookup.scan.from).toBe(20_000)
  })

  it.each([
    ['half of an entry', { timestamp: 5n, relativeOffset: 509 }],
    ['an offset behind the log', { timestamp: T, relativeOffset: 5000 }],
    ['a time of another batch', { timestamp: T + 3000n, relativeOffset: 509 }],
  ])('leaves a time index aside that holds %s', (_, entry) => {
    const timeIndex = TIME_INDEX_ENTRY.encode(entry)
    const lookup = lookupTimestamp(segment({ timeIndex }), { timestamp: T + 45_000n })
    expect(lookup.indexDamage?.reason).toBe('the time index leads astray with its entry 0')
    expect(lookup.scan.from).toBe(0)
  })

  it('goes on behind a batch whose records are damaged, and tells', () => {
    const lookup = lookupTimestamp(segment(), { timestamp: T + 98_000n })
    expect(lookup.record).toBeUndefined()
    const positions = lookup.scan.damages.map(({ file, position }) => [file, position >= 49_000])
    expect(positions).toEqual([
      [FILE, true],
      [FILE, true],
    ])
  })

  it('begins at the log start offset, where that is later', () => {
    const target = { timestamp: T, logStartOffset: 955n }
    expect(lookupTimestamp(segment(), target).scan.from).toBe(40_000)
  })
})

interface Made {
  readonly batches?: typeof BATCHES
  readonly bytes?: Buffer
  readonly index?: Buffer
  readonly timeIndex?: Buffer
}

function segment(made: Made = {}): {
  log: ReturnType<MemoryDisk['open']>
  baseOffset: bigint
  offsetIndex: OffsetIndex
  timeIndex: TimeIndex
} {
  const disk = new MemoryDisk()
  disk.put(FILE, made.bytes ?? logBytes(made.batches ?? BATCHES))
  return {
    log: disk.open(FILE),
    baseOffset: BASE_OFFSET,
    offsetIndex: new OffsetIndex(new MemoryFile(made.index ?? indexBytes(10)), BASE_OFFSET),
    timeIndex: new TimeIndex(new MemoryFile(made.timeIndex ?? timeIndexBytes(10)), BASE_OFFSET),
  }
}

/** Batches of one record each, of zeros: their headers are right, their records are not. */
function logBytes(batches: typeof BATCHES): Buffer {
  const pieces = batches.map(({ baseOffset, lastOffsetDelta, size, maxTimestamp }) => {
    const header = BATCH_HEADER.encode({
      baseOffset,
      batchLength: size - 12,
      partitionLeaderEpoch: 3,
      magic: 2,
      crc: 0,
      attributes: 0,
      lastOffsetDelta,
      baseTimestamp: maxTimestamp,
      maxTimestamp,
      producerId: -1n,
      producerEpoch: -1,
      baseSequence: -1,
      recordsCount: 1,
    })
    return Buffer.concat([header, Buffer.alloc(size - BATCH_OVERHEAD)])
  })
  return Buffer.concat(pieces)
}

/** An entry for each batch whose number `interval` divides, but the first. */
function indexBytes(interval: number): Buffer {
  return Buffer.concat(
    indexedNumbers(interval).map(number =>
      OFFSET_INDEX_ENTRY.encode({ relativeOffset: number * 10 + 9, position: number * 500 }),
    ),
  )
}

function timeIndexBytes(interval: number): Buffer {
  return Buffer.concat(
    indexedNumbers(interval).map(number =>
      TIME_INDEX_ENTRY.encode({
        timestamp: T + BigInt(number * 1000),
        relativeOffset: number * 10 + 9,
      }),
    ),
  )
}

function indexedNumbers(interval: number): number[] {
  return [...BATCHES.keys()].filter(number => number > 0 && number % interval === 0)
}
