/** What is said of other configs, held against logs that are really written under them. */
import { describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import { CODECS, codecNamed } from '../../../src/compression/codecs.ts'
import type { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { PartitionLogReader } from '../../../src/inspect/offsets/partition-log.ts'
import { distributionOf } from '../../../src/inspect/stats/histogram.ts'
import { partitionStats } from '../../../src/inspect/stats/partition-stats.ts'
import {
  partitionWhatIf,
  type ModelledLog,
  type WhatIfTask,
} from '../../../src/inspect/what-if/partition-what-if.ts'
import type { LogConfig } from '../../../src/log/log-config.ts'
import { lookupOffset } from '../../../src/log/offset-lookup.ts'
import { withSegment } from '../../../src/log/open-segment.ts'
import { configWith, FOLDER } from '../../log/new-log.ts'
import { BATCHES, sentBatches, writtenUnder } from './written-log.ts'

function readTask(disk: MemoryDisk) {
  const { segments } = new PartitionLogReader(disk, DEFAULT_DECODE_LIMITS).read(FOLDER)
  return { segments, openBaseOffset: undefined, places: undefined, limits: DEFAULT_DECODE_LIMITS }
}

function ask(disk: MemoryDisk, logs: readonly ModelledLog[], more: Partial<WhatIfTask> = {}) {
  let now = 0
  const environment = { disk, onProgress: () => undefined, clockMs: () => now++ }
  return partitionWhatIf({ ...readTask(disk), logs, ...more }, environment)
}

/** As a broker would have to go for each offset there is. */
function scannedIn(disk: MemoryDisk) {
  const distances: number[] = []
  const { segments } = readTask(disk)
  segments.forEach((segment, index) => {
    withSegment(disk, segment, open => {
      const end = segments[index + 1]?.baseOffset
      for (let offset = segment.baseOffset; offset !== end; offset++) {
        const { batch, scan } = lookupOffset(open, offset)
        if (batch === undefined) return
        distances.push(batch.position - scan.from)
      }
    })
  })
  const sum = distances.reduce((total, bytes) => total + bytes, 0)
  return { count: distances.length, sum, max: Math.max(...distances) }
}

function scansOf(scans: Parameters<typeof distributionOf>[0]) {
  const { count, sum, max } = distributionOf(scans)
  return { count, sum, max }
}

const WIDE = { segmentIndexBytes: 10_485_760 }
const CASES: readonly [string, Partial<LogConfig>][] = [
  ['as they are', WIDE],
  ['index.interval.bytes=0', { ...WIDE, indexIntervalBytes: 0 }],
  ['index.interval.bytes=16384', { ...WIDE, indexIntervalBytes: 16_384 }],
  ['segment.bytes=50000', { ...WIDE, segmentBytes: 50_000 }],
  ['segment.ms of an hour', { ...WIDE, segmentMs: 3_600_000 }],
  ['indexes of ten entries', { segmentIndexBytes: 120, indexIntervalBytes: 1000 }],
  ...(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const).map(
    (compressionType): [string, Partial<LogConfig>] => [
      `compression.type=${compressionType}, segment.bytes=30000`,
      { ...WIDE, compressionType, segmentBytes: 30_000, indexIntervalBytes: 2000 },
    ],
  ),
]

describe.each(CASES)('a log written under %s', (_, changed) => {
  it('is what was said of it, byte for byte', async () => {
    const config = configWith(changed)
    const original = await writtenUnder(configWith(WIDE))
    const log = { config, codec: config.compressionType, segments: 'by-config' } as const
    const { figures, problems } = ask(original, [log])
    const said = figures[0]!.log
    const disk = await writtenUnder(config)
    const { segments } = readTask(disk)
    const sizeOf = (kind: 'log' | 'index' | 'timeIndex') =>
      segments.reduce((sum, segment) => sum + segment[kind]!.size, 0)
    expect(problems).toEqual([])
    expect({
      segments: said.segments,
      log: said.bytes,
      index: said.offsetEntries * 8,
      timeIndex: said.timeEntries * 12,
      scanned: scansOf(said.scanBytes),
    }).toEqual({
      segments: segments.length,
      log: sizeOf('log'),
      index: sizeOf('index'),
      timeIndex: sizeOf('timeIndex'),
      scanned: scannedIn(disk),
    })
  })

  it('is the same when its own segments and statistics are asked', async () => {
    const config = configWith(changed)
    const disk = await writtenUnder(config)
    const asked = (['told', 'by-config'] as const).map(segments => {
      return { config, codec: undefined, segments }
    })
    const [told, anew] = ask(disk, asked).figures.map(({ log }) => log)
    expect(told).toEqual(anew)
    const task = {
      ...readTask(disk),
      lastBaseOffset: readTask(disk).segments.at(-1)?.baseOffset,
      largestMax: 0,
    }
    const { stats } = partitionStats(task, { disk, onProgress: () => undefined })
    expect(stats.indexes).toEqual({
      logBytes: told!.bytes,
      offsetEntries: told!.offsetEntries,
      timeEntries: told!.timeEntries,
    })
    expect(distributionOf(stats.segmentFill)).toEqual(distributionOf(told!.fillMs))
    expect(distributionOf(stats.indexScan)).toEqual(distributionOf(told!.scanBytes))
  })
})

describe('what is asked of a codec', () => {
  const log = (codec: ModelledLog['codec'], config: Partial<LogConfig> = {}): ModelledLog => ({
    config: configWith({ ...WIDE, ...config }),
    codec,
    segments: 'by-config',
  })

  it('is timed for what it makes anew, and what readers decompress', async () => {
    const disk = await writtenUnder(configWith({ ...WIDE, compressionType: 'lz4' }))
    const { figures } = ask(disk, [log(undefined), log('lz4'), log('zstd'), log('none')])
    const [asItIs, lz4, zstd, none] = figures.map(({ codec }) => codec!)
    // The clock goes on by one each time it is read.
    expect([asItIs!.compressMs, asItIs!.decompressMs]).toEqual([0, BATCHES])
    expect(lz4).toEqual(asItIs)
    expect([zstd!.compressMs, zstd!.decompressMs]).toEqual([BATCHES, BATCHES])
    expect(none).toEqual({ ...asItIs, storedBytes: none!.plainBytes, decompressMs: 0 })
  })

  it('costs nothing where nobody asked', async () => {
    const disk = await writtenUnder(configWith(WIDE))
    const { figures } = ask(disk, [log(undefined)])
    expect(figures[0]!.codec).toBeUndefined()
  })

  it('tells how many batches a broker would refuse', async () => {
    const disk = await writtenUnder(configWith(WIDE))
    const { figures } = ask(disk, [
      log(undefined, { maxMessageBytes: 1000 }),
      log('none', { maxMessageBytes: 1000 }),
      log(undefined, { segmentBytes: 1000 }),
    ])
    const large = sentBatches().filter(({ length }) => length > 1000)
    expect(figures[0]!.refusedBatches).toBe(0)
    expect(figures[1]!.refusedBatches).toBeGreaterThan(0)
    expect(figures[2]!.refusedBatches).toBe(large.length)
  })

  it('leaves out a damaged batch, and says which', async () => {
    const disk = await writtenUnder(configWith(WIDE))
    const { segments } = readTask(disk)
    const bytes = disk.readWhole(segments[0]!.log.path)
    bytes[bytes.length - 1]! ^= 1
    disk.put(segments[0]!.log.path, bytes)
    const { problems, batches } = ask(disk, [log('zstd')])
    expect(batches).toBe(BATCHES - 1)
    expect(problems).toEqual([
      { kind: 'failure', message: expect.stringContaining('the checksum') as string },
    ])
  })

  it('is asked of a sample, whose places are one segment', async () => {
    const disk = await writtenUnder(configWith({ ...WIDE, segmentBytes: 20_000 }))
    const { segments } = readTask(disk)
    const places = segments.map(segment => ({ segment, position: 0, size: 5000 }))
    const { figures, bytesRead } = ask(disk, [log('zstd', { segmentBytes: 20_000 })], { places })
    const logBytes = segments.reduce((sum, segment) => sum + segment.log.size, 0)
    expect(bytesRead).toBeLessThan(logBytes / 2)
    expect(figures[0]!.log.segments).toBe(1)
    expect(figures[0]!.codec!.plainBytes).toBeGreaterThan(figures[0]!.codec!.storedBytes)
  })

  it('is the size that the codec alone comes to', async () => {
    const disk = await writtenUnder(configWith({ ...WIDE, compressionType: 'none' }))
    const { figures } = ask(disk, [log('gzip')])
    const sizes = sentBatches().map(bytes => {
      const codec = CODECS[bytes[22]! & 7]!
      const plain = codec.decompress(bytes.subarray(61), { magic: 2, sizeMax: 1e6 })
      return codecNamed('gzip').compress(plain, { magic: 2 }).length
    })
    expect(figures[0]!.codec!.storedBytes).toBe(sizes.reduce((sum, size) => sum + size, 0))
  })
})
