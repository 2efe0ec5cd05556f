/** Logs of the same or other records, in the same or other batches, held against an oracle that knows the records. */
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import { CODECS } from '../../../src/compression/codecs.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { diffLogs } from '../../../src/inspect/diff/diff-logs.ts'
import { isLesser, type Difference } from '../../../src/inspect/diff/difference.ts'
import { PartitionLogReader } from '../../../src/inspect/offsets/partition-log.ts'
import { segmentFileName } from '../../../src/log/file-names.ts'
import { RestoredBatch } from '../../../src/maintenance/import/restored-batch.ts'

interface Batch {
  readonly codec: number
  readonly epoch: number
  /** By offset. */
  readonly records: readonly (readonly [offset: number, value: string])[]
}

const SEGMENT_BATCHES = 3

function put(disk: MemoryDisk, path: string, batches: readonly Batch[]): void {
  disk.put(join(path, 'partition.metadata'), Buffer.from('version: 0\n'))
  for (let at = 0; at < batches.length; at += SEGMENT_BATCHES) {
    const segment = batches.slice(at, at + SEGMENT_BATCHES)
    const name = segmentFileName('log', BigInt(segment[0]!.records[0]![0]))
    disk.put(join(path, name), Buffer.concat(segment.map(bytesOf)))
  }
}

function bytesOf({ codec, epoch, records }: Batch): Buffer {
  const batch = new RestoredBatch(CODECS[codec]!, 1e6)
  const traits = {
    leaderEpoch: epoch,
    producerId: -1n,
    producerEpoch: -1,
    isTransactional: false,
    isControl: false,
    timestampType: 'create',
  } as const
  for (const [offset, text] of records) {
    const value = Buffer.from(text)
    const slices = { timestamp: 7, keyBytes: value, keyStart: 0, keySize: -1, headers: [] }
    const record = { ...slices, valueBytes: value, valueStart: 0, valueSize: value.length }
    if (!batch.tryAdd(record, traits, BigInt(offset), -1)) throw new Error('it has room')
  }
  return batch.build()
}

function diff(a: readonly Batch[], b: readonly Batch[]) {
  const disk = new MemoryDisk()
  put(disk, '/a/t-0', a)
  put(disk, '/b/t-0', b)
  disk.put('/a/.kafka_cleanshutdown', Buffer.from('{"version":0,"brokerEpoch":1}'))
  disk.put('/b/.kafka_cleanshutdown', Buffer.from('{"version":0,"brokerEpoch":1}'))
  const reader = new PartitionLogReader(disk, DEFAULT_DECODE_LIMITS)
  const logs = { a: reader.read('/a/t-0'), b: reader.read('/b/t-0') }
  const found: Difference[] = []
  const onDifference = (difference: Difference) => found.push(difference)
  const report = diffLogs(disk, logs, { limits: DEFAULT_DECODE_LIMITS, onDifference })
  return { report, found }
}

const values = fc.array(fc.constantFrom('x', 'y'), { minLength: 1, maxLength: 40 })
/** Which records a copy has, what it changed, and how it cuts them into batches. */
const copy = fc.record({
  lost: fc.array(fc.nat({ max: 39 }), { maxLength: 4 }),
  changed: fc.array(fc.nat({ max: 39 }), { maxLength: 3 }),
  sizes: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 40 }),
  codec: fc.nat({ max: 4 }),
})

function batchesOf(
  base: readonly string[],
  {
    lost,
    changed,
    sizes,
    codec,
  }: { lost: number[]; changed: number[]; sizes: number[]; codec: number },
): Batch[] {
  const records = base
    .map((value, offset) => [offset, changed.includes(offset) ? 'z' : value] as const)
    .filter(([offset]) => !lost.includes(offset))
  const batches: Batch[] = []
  for (let at = 0, turn = 0; at < records.length; turn++) {
    const size = sizes[turn % sizes.length]!
    batches.push({ codec, epoch: 0, records: records.slice(at, at + size) })
    at += size
  }
  return batches
}

function offsetsOf(batches: readonly Batch[]): Map<number, string> {
  return new Map(batches.flatMap(({ records }) => records))
}

describe('two copies', () => {
  it('differ in exactly the records that are not in both, or not the same', () => {
    fc.assert(
      fc.property(values, copy, copy, (base, first, second) => {
        const [a, b] = [batchesOf(base, first), batchesOf(base, second)]
        fc.pre(a.length > 0 && b.length > 0)
        const { found, report } = diff(a, b)
        const [inA, inB] = [offsetsOf(a), offsetsOf(b)]
        for (let offset = 0; offset < base.length; offset++) {
          const told = found.filter(
            each =>
              !isLesser(each) &&
              each.firstOffset <= BigInt(offset) &&
              each.lastOffset >= BigInt(offset),
          )
          const [ours, theirs] = [inA.get(offset), inB.get(offset)]
          const kinds = told.map(({ kind, side }) => `${kind} ${side ?? ''}`)
          if (ours === undefined && theirs === undefined) continue
          if (ours === theirs) expect([offset, kinds]).toEqual([offset, []])
          else if (ours === undefined) expect([offset, kinds]).toEqual([offset, ['missing a']])
          else if (theirs === undefined) expect([offset, kinds]).toEqual([offset, ['missing b']])
          else expect([offset, kinds]).toEqual([offset, ['record ']])
        }
        const isSame = JSON.stringify([...inA]) === JSON.stringify([...inB])
        expect(report.differences === 0).toBe(isSame)
        expect(diff(a, a).found).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('with other leader epochs, and no more, have the same records', () => {
    const batch = { codec: 1, epoch: 0, records: [[0, 'x']] as const }
    const { found, report } = diff([batch], [{ ...batch, epoch: 4 }])
    expect(found).toMatchObject([{ kind: 'leader-epoch', firstOffset: 0n, lastOffset: 0n }])
    expect(report).toMatchObject({ differences: 0, lesser: 1, divergence: undefined })
  })

  it('tell where they part, and that one goes on behind the end of the other', () => {
    const batches = [0, 1, 2, 3].map(at => ({ codec: 0, epoch: 0, records: [[at, 'x']] as const }))
    const { found, report } = diff(batches, batches.slice(0, 2))
    expect(found).toEqual([
      { kind: 'missing', side: 'b', beyond: 'log end', firstOffset: 2n, lastOffset: 3n, count: 2 },
    ])
    expect(report.divergence).toMatchObject({ offset: 2n })
  })
})
