import { describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import type { Disk } from '../../../src/disk/disk.ts'
import { diskWith } from '../../../src/disk/disk-with.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { PartitionLogReader } from '../../../src/inspect/offsets/partition-log.ts'
import { visitMatches } from '../../../src/inspect/search/match-collector.ts'
import { EVERY_RECORD, type RecordQuery } from '../../../src/inspect/search/record-query.ts'
import { search, type SearchOptions } from '../../../src/inspect/search/search.ts'
import { inThisThread } from '../../../src/inspect/search/segment-runner.ts'
import { segmentFileName } from '../../../src/log/file-names.ts'
import { OFFSET_INDEX_ENTRY } from '../../../src/log/offset-index.ts'
import { TIME_INDEX_ENTRY } from '../../../src/log/time-index.ts'
import { encodeBatch, record } from '../../record/encode-batch.ts'

const FOLDER = '/data/orders-0'
const BATCHES = 20
/** A tenth of a second from batch to batch, two records in each, ten keys; four batches to a segment. */
const BATCHES_PER_SEGMENT = 4
const STEP_MS = 100n

describe('a search', () => {
  it('finds records in order of their offsets', async () => {
    const { offsets } = await run({ query: keyIs('key-3') })
    expect(offsets).toEqual([3n, 13n, 23n, 33n])
  })

  it('stops at the limit, in the midst of a batch', async () => {
    expect((await run({ limit: 5 })).offsets).toEqual([0n, 1n, 2n, 3n, 4n])
  })

  it('takes a range of offsets, its end not among them', async () => {
    const offsets = {
      from: { kind: 'offset', offset: 7n },
      to: { kind: 'offset', offset: 11n },
    } as const
    expect((await run({ offsets })).offsets).toEqual([7n, 8n, 9n, 10n])
  })

  it('takes a range of times, its end not among them', async () => {
    const times = { fromTimestamp: 500n, toTimestamp: 700n }
    expect((await run(times)).offsets).toEqual([10n, 11n, 12n, 13n])
  })

  it('says that a range of offsets begins behind the end of the log', async () => {
    const offsets = { from: { kind: 'offset', offset: 500n }, to: { kind: 'latest' } } as const
    const { offsets: found, notices } = await run({ offsets })
    expect(found).toEqual([])
    expect(notices).toEqual([expect.stringContaining('the range holds nothing')])
  })

  it('says that no record is so late', async () => {
    expect((await run({ fromTimestamp: 99_999n })).notices).toEqual([
      'the range holds nothing: no record is at time 99999 or later',
    ])
    expect((await run({ fromTimestamp: 1_500n })).notices).toEqual([])
  })

  it('finds the same without indexes', async () => {
    const times = { fromTimestamp: 1_100n, toTimestamp: 1_300n }
    const expected = [22n, 23n, 24n, 25n]
    expect((await run(times)).offsets).toEqual(expected)
    expect((await run({ ...times, useIndexes: false })).offsets).toEqual(expected)
  })

  it('opens no segment that lies outside of the offsets', async () => {
    const offsets = {
      from: { kind: 'offset', offset: 17n },
      to: { kind: 'offset', offset: 18n },
    } as const
    const { opened } = await run({ offsets })
    expect(opened.filter(isLog)).toEqual([segmentFileName('log', 16n)])
  })

  it('opens no closed segment whose latest record is too early', async () => {
    const { opened } = await run({ fromTimestamp: 1_500n })
    expect(opened.filter(isLog)).toEqual([segmentFileName('log', 24n), segmentFileName('log', 32n)])
  })

  it('begins within a segment where the index says', async () => {
    const offsets = { from: { kind: 'offset', offset: 14n }, to: { kind: 'latest' } } as const
    const { positions, offsets: found } = await run({ offsets, limit: 1 })
    expect(found).toEqual([14n])
    expect(positions).toEqual([3 * batchAt(0).length])
  })

  it('leaves an index aside that leads astray, and says so', async () => {
    const disk = partition()
    const wrong = OFFSET_INDEX_ENTRY.encode({ relativeOffset: 1, position: 17 })
    disk.put(`${FOLDER}/${segmentFileName('index', 8n)}`, wrong)
    const offsets = {
      from: { kind: 'offset', offset: 14n },
      to: { kind: 'offset', offset: 15n },
    } as const
    const { offsets: found, notices } = await run({ offsets }, disk)
    expect(found).toEqual([14n])
    expect(notices).toEqual([expect.stringContaining('the offset index leads astray')])
  })

  it('gives the last record of each key', async () => {
    const { offsets } = await run({ latestPerKey: true })
    expect(offsets).toEqual([30n, 31n, 32n, 33n, 34n, 35n, 36n, 37n, 38n, 39n])
  })

  it('gives the last record of each key among those that match', async () => {
    const { offsets } = await run({ latestPerKey: true, toTimestamp: 700n, query: keyIs('key-3') })
    expect(offsets).toEqual([13n])
  })

  it('refuses to remember more keys than allowed, naming the flag', async () => {
    const { offsets, failures } = await run({ latestPerKey: true, keysMax: 9 })
    expect(offsets).toEqual([])
    expect(failures).toEqual([expect.stringContaining('--max-keys')])
  })

  it('skips a damaged batch, and says which', async () => {
    const disk = partition()
    const bytes = segmentBytes(8n)
    bytes[batchAt(0).length + 70]! ^= 1
    disk.put(`${FOLDER}/${segmentFileName('log', 8n)}`, bytes)
    const { offsets, failures } = await run({ query: keyIs('key-1') }, disk)
    expect(offsets).toEqual([1n, 21n, 31n])
    expect(failures).toEqual([expect.stringContaining('batch of offsets 10 to 11 was skipped')])
  })

  it('does not end at a batch whose offset alone is damaged', async () => {
    const disk = partition()
    const bytes = segmentBytes(8n)
    bytes[batchAt(0).length]! |= 0x40
    disk.put(`${FOLDER}/${segmentFileName('log', 8n)}`, bytes)
    const offsets = {
      from: { kind: 'offset', offset: 8n },
      to: { kind: 'offset', offset: 13n },
    } as const
    const { offsets: found, failures } = await run({ offsets }, disk)
    expect(found).toEqual([8n, 9n, 12n])
    expect(failures).toEqual([expect.stringContaining('and the next one 12')])
  })

  it.each([
    ['zeros, as in a log allocated ahead', Buffer.alloc(5000), 0],
    ['a batch that was cut off', batchAt(BATCHES).subarray(0, 80), 1],
  ])('takes %s at the end for no damage', async (_, tail, noticeCount) => {
    const disk = partition()
    const base = 32n
    disk.put(`${FOLDER}/${segmentFileName('log', base)}`, Buffer.concat([segmentBytes(base), tail]))
    const { offsets, failures, notices } = await run({ query: keyIs('key-9') }, disk)
    expect(offsets).toEqual([9n, 19n, 29n, 39n])
    expect(failures).toEqual([])
    expect(notices).toHaveLength(noticeCount)
  })

  it.each([
    ['zeros', Buffer.alloc(5000)],
    ['a batch that was cut off', batchAt(BATCHES).subarray(0, 80)],
  ])('takes %s at the end of a log that was closed for damage', async (_, tail) => {
    const disk = partition()
    disk.put('/data/.kafka_cleanshutdown', Buffer.alloc(0))
    const base = 32n
    disk.put(`${FOLDER}/${segmentFileName('log', base)}`, Buffer.concat([segmentBytes(base), tail]))
    const { offsets, failures } = await run({ query: keyIs('key-9') }, disk)
    expect(offsets).toEqual([9n, 19n, 29n, 39n])
    expect(failures).toEqual([expect.stringContaining('they are no whole batch')])
  })

  it.each([
    ['says a size that is none', 0xff],
    ['says that it reaches beyond the end', 0x55],
  ])('takes a last segment of garbage for damage that %s', async (_, byte) => {
    const disk = partition()
    disk.put(`${FOLDER}/${segmentFileName('log', 32n)}`, Buffer.alloc(5000, byte))
    const { offsets, failures } = await run({ query: keyIs('key-9') }, disk)
    expect(offsets).toEqual([9n, 19n, 29n])
    expect(failures).toEqual([expect.stringContaining('they are no whole batch')])
  })

  it('takes a batch that was cut off within the log for damage', async () => {
    const disk = partition()
    const cut = segmentBytes(8n).subarray(0, -5)
    disk.put(`${FOLDER}/${segmentFileName('log', 8n)}`, cut)
    expect((await run({}, disk)).failures).toEqual([expect.stringContaining('no whole batch')])
  })

  it('says that a segment is gone, and goes on', async () => {
    const { offsets, failures } = await run({ query: keyIs('key-1') }, partition(), path =>
      path.endsWith(segmentFileName('log', 8n)),
    )
    expect(offsets).toEqual([1n, 21n, 31n])
    expect(failures).toEqual([expect.stringContaining('ENOENT')])
  })

  it('hides aborted and undecided transactions from those who read committed', async () => {
    const disk = new MemoryDisk()
    disk.put(`${FOLDER}/${segmentFileName('log', 0n)}`, Buffer.concat(TRANSACTIONS))
    expect((await run({ isolation: 'none' }, disk)).offsets).toEqual([0n, 1n, 3n, 4n])
    expect((await run({ isolation: 'read_uncommitted' }, disk)).offsets).toEqual([0n, 1n, 3n, 4n])
    expect((await run({ isolation: 'read_committed' }, disk)).offsets).toEqual([1n])
  })
})

const TRANSACTIONAL = 0x10
const CONTROL = 0x20

/** Producer 7 aborts offset 0 at 2, with a plain record between, and leaves a transaction open that begins at 3. */
const TRANSACTIONS = [
  encodeBatch({
    baseOffset: 0n,
    attributes: TRANSACTIONAL,
    producerId: 7n,
    records: [record(0, 'a')],
  }),
  encodeBatch({ baseOffset: 1n, records: [record(0, 'b')] }),
  encodeBatch({
    baseOffset: 2n,
    attributes: TRANSACTIONAL | CONTROL,
    producerId: 7n,
    records: [{ ...record(0, null), key: Buffer.alloc(4), value: Buffer.alloc(6) }],
  }),
  encodeBatch({
    baseOffset: 3n,
    attributes: TRANSACTIONAL,
    producerId: 7n,
    records: [record(0, 'c')],
  }),
  encodeBatch({ baseOffset: 4n, records: [record(0, 'd')] }),
]

function keyIs(key: string): RecordQuery {
  return { ...EVERY_RECORD, key: [{ kind: 'equals', bytes: Buffer.from(key) }] }
}

function isLog(name: string): boolean {
  return name.endsWith('.log')
}

function batchAt(index: number): Buffer {
  const baseOffset = BigInt(2 * index)
  const key = (offset: number) => `key-${(2 * index + offset) % 10}`
  return encodeBatch({
    baseOffset,
    baseTimestamp: BigInt(index) * STEP_MS,
    records: [record(0, 'value', key(0)), record(1, 'value', key(1))],
  })
}

function segmentBytes(baseOffset: bigint): Buffer {
  const first = Number(baseOffset) / 2
  return Buffer.concat([0, 1, 2, 3].map(index => batchAt(first + index)))
}

/** Every batch but the first of a segment is indexed. */
function partition(): MemoryDisk {
  const disk = new MemoryDisk()
  for (let first = 0; first < BATCHES; first += BATCHES_PER_SEGMENT) {
    const baseOffset = BigInt(2 * first)
    const put = (kind: 'log' | 'index' | 'timeindex', bytes: Buffer) =>
      disk.put(`${FOLDER}/${segmentFileName(kind, baseOffset)}`, bytes)
    const indexed = [1, 2, 3]
    put('log', segmentBytes(baseOffset))
    put(
      'index',
      Buffer.concat(
        indexed.map(index =>
          OFFSET_INDEX_ENTRY.encode({
            relativeOffset: 2 * index + 1,
            position: index * batchAt(0).length,
          }),
        ),
      ),
    )
    put(
      'timeindex',
      Buffer.concat(
        indexed.map(index =>
          TIME_INDEX_ENTRY.encode({
            timestamp: BigInt(first + index) * STEP_MS,
            relativeOffset: 2 * index + 1,
          }),
        ),
      ),
    )
  }
  return disk
}

interface Found {
  readonly offsets: bigint[]
  /** Of the batches. */
  readonly positions: number[]
  readonly notices: string[]
  readonly failures: string[]
  /** Names of files, in the order in which they were first opened. */
  readonly opened: string[]
}

async function run(
  options: Partial<SearchOptions>,
  memory: MemoryDisk = partition(),
  isGone: (path: string) => boolean = () => false,
): Promise<Found> {
  const log = new PartitionLogReader(memory, DEFAULT_DECODE_LIMITS).read(FOLDER)
  const found: Found = { offsets: [], positions: [], notices: [], failures: [], opened: [] }
  const disk = watched(memory, path => {
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (!found.opened.includes(name)) found.opened.push(name)
    return isGone(path) ? `${path}.gone` : path
  })
  const partitions = [{ topic: 'orders', partition: 0, log, segments: log.segments }]
  const asked: SearchOptions = {
    query: EVERY_RECORD,
    offsets: undefined,
    fromTimestamp: undefined,
    toTimestamp: undefined,
    isolation: 'none',
    latestPerKey: false,
    keysMax: 1000,
    limit: undefined,
    limits: DEFAULT_DECODE_LIMITS,
    useIndexes: true,
    ...options,
  }
  let countMax = asked.limit ?? Infinity
  for await (const event of search(disk, partitions, asked, inThisThread(disk))) {
    if (event.kind === 'problem') {
      const { kind, message } = event.problem
      found[kind === 'notice' ? 'notices' : 'failures'].push(message)
    }
    if (event.kind !== 'matches') continue
    visitMatches(
      event.found,
      { limits: DEFAULT_DECODE_LIMITS, countMax },
      {
        batch: (_, position) => found.positions.push(position),
        record: (_, { offset }) => found.offsets.push(offset),
      },
    )
    countMax -= event.found.matchCount
  }
  return found
}

function watched(disk: Disk, onOpen: (path: string) => string): Disk {
  return diskWith(disk, { open: path => disk.open(onOpen(path)) })
}
