/** What is left of a log that a crash has damaged. */
import { beforeEach, describe, expect, it } from 'vitest'
import { DiskError } from '../../src/base/errors.ts'
import type { Disk } from '../../src/disk/disk.ts'
import { diskWith } from '../../src/disk/disk-with.ts'
import type { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { failing } from './failing-disk.ts'
import { load, SCENE_CONFIG, threeSegments, type Loading } from './loaded-scene.ts'
import { newBatch, newMarker, placedAt } from './new-batch.ts'
import { openLog, pathOf, segmentFiles } from './new-log.ts'

const PRODUCER = { id: 9n, epoch: 0, sequence: 0 }

let disk: MemoryDisk

beforeEach(async () => {
  disk = await threeSegments()
})

const change = (baseOffset: number, act: (bytes: Buffer) => Buffer) =>
  disk.put(pathOf('log', baseOffset), act(disk.readWhole(pathOf('log', baseOffset))))

const appendTo = (baseOffset: number, ...batches: readonly Buffer[]) =>
  change(baseOffset, bytes => Buffer.concat([bytes, ...batches]))

function cutOf({ actions }: Loading) {
  const recovered = actions.filter(action => action.kind === 'segment-recovered')
  return recovered.find(({ cut }) => cut !== undefined)
}

describe('a recovery', () => {
  it('lists the folder as often for many segments as for one', () => {
    const listsFrom = (recoveryPoint: bigint) => {
      let count = 0
      const counting = diskWith(disk.crash(), {
        list(path) {
          count++
          return disk.list(path)
        },
      })
      const { actions } = load(counting, { recoveryPoint })
      const recovered = actions.filter(({ kind }) => kind === 'segment-recovered')
      return [recovered.length, count]
    }
    const [one, listsForOne] = listsFrom(6n)
    const [all, listsForAll] = listsFrom(0n)
    expect([one, all]).toEqual([1, 3])
    expect(listsForAll).toBe(listsForOne)
  })

  it.each<[string, (bytes: Buffer) => Buffer, RegExp]>([
    ['a checksum that does not hold', bytes => flip(bytes, 350), /^the checksum does not hold$/],
    ['a size that is impossible', bytes => write(bytes, 308, 3), /^impossible size/],
    ['a batch that is not whole', bytes => bytes.subarray(0, 590), /^the last batch is not whole$/],
    ['a size beyond the end', bytes => write(bytes, 308, 900), /^the last batch is not whole$/],
    ['fewer bytes than a header', bytes => bytes.subarray(0, 310), /^the last batch is not whole$/],
  ])('cuts the last segment at %s', (_, damage, reason) => {
    change(6, damage)
    const bytes = disk.readWhole(pathOf('log', 6)).length
    const loading = load(disk, { recoveryPoint: 6n })
    expect(cutOf(loading)).toMatchObject({
      why: 'unclean-shutdown',
      bytes,
      batches: 1,
      nextOffset: 7n,
      cut: { position: 300, bytes: bytes - 300, reason: expect.stringMatching(reason) as string },
    })
    expect(loading.loaded.endOffset).toBe(7n)
    expect(disk.status(pathOf('log', 6))?.size).toBe(300)
    expect(load(disk).told.filter(line => line.startsWith('segment-dropped'))).toEqual([])
  })

  it('cuts at a marker that is none, and at what its producer can not have sent', () => {
    const transactional = newBatch({ producer: PRODUCER, isTransactional: true })
    const others = {
      'a control batch of a producer that ends no transaction': newMarker({ ...PRODUCER, type: 7 }),
      'Expected transactional write from producer 9 at offset 9': newBatch({
        producer: { ...PRODUCER, sequence: 1 },
      }),
    }
    for (const [reason, bytes] of Object.entries(others)) {
      const before = disk.readWhole(pathOf('log', 6))
      appendTo(6, placedAt(transactional, 8), placedAt(bytes, 9))
      const loading = load(disk)
      const position = before.length + transactional.length
      expect(cutOf(loading)).toMatchObject({ nextOffset: 9n, cut: { position, reason } })
      expect(loading.loaded.endOffset).toBe(9n)
      const { offsetIndex, timeIndex } = loading.loaded.segments.at(-1)!
      expect(offsetIndex!.entryAt(offsetIndex!.usedCount - 1).offset).toBe(8n)
      expect(timeIndex!.last.offset).toBe(6n)
      disk.put(pathOf('log', 6), before)
    }
  })

  it('drops the segments behind the one it cut, the last one first', () => {
    change(0, bytes => flip(bytes, 700))
    const { loaded, told } = load(disk)
    expect(told.filter(line => line.startsWith('segment'))).toEqual([
      'segment-recovered 0.log',
      'segment-dropped 6.log',
      'segment-dropped 3.log',
    ])
    expect(loaded.endOffset).toBe(2n)
    expect(segmentFiles(disk).filter(name => /^[36].*\.deleted$/.test(name))).toHaveLength(6)
    expect(loaded.condemned).toHaveLength(6)
    const snapshots = segmentFiles(disk).filter(name => name.endsWith('.snapshot'))
    expect(snapshots).toEqual(['2.snapshot'])
  })

  it('cuts at a batch whose offsets go back', () => {
    change(3, bytes => Buffer.concat([bytes.subarray(0, 600), placedAt(bytes.subarray(600), 3)]))
    const loading = load(disk)
    expect(cutOf(loading)).toMatchObject({
      nextOffset: 5n,
      cut: { position: 600, bytes: 300, reason: 'its offset 3 goes back' },
    })
    expect(loading.loaded.segments.map(({ baseOffset }) => baseOffset)).toEqual([0n, 3n])
    expect(loading.loaded.endOffset).toBe(5n)
  })

  it('does not start over an offset below the name of its segment, and cuts nothing', () => {
    change(3, bytes => Buffer.concat([bytes.subarray(0, 600), placedAt(bytes.subarray(600), 1)]))
    const before = disk.readWhole(pathOf('log', 3))
    expect(() => load(disk)).toThrow(/at byte 600: an offset below the name.*found 1, expected 3/)
    expect(disk.readWhole(pathOf('log', 3))).toEqual(before)
  })

  it('cuts at an offset that none can follow', () => {
    appendTo(6, placedAt(newBatch(), 0x7fff_ffff_ffff_ffffn))
    const reason = 'no offset can follow 9223372036854775807'
    expect(cutOf(load(disk))).toMatchObject({ nextOffset: 8n, cut: { position: 600, reason } })
  })

  it('empties nothing where the disk fails', () => {
    const sizes = () => [0, 3, 6].map(base => disk.status(pathOf('log', base))?.size)
    const before = sizes()
    let failures = 0
    const isOn = () => failures++ === 0
    expect(() => load(failing(disk, { op: 'read', below: pathOf('log', 3), isOn }))).toThrow(
      DiskError,
    )
    expect(failures).toBe(1)
    expect(sizes()).toEqual(before)
    expect(segmentFiles(disk).filter(name => name.endsWith('.deleted'))).toEqual([])
  })

  it('lets a torn segment without an index wait until those before it are mended', () => {
    change(0, bytes => flip(bytes, 700))
    disk.remove(pathOf('index', 3))
    const { told, loaded } = load(disk)
    expect(told).toContain('segment-dropped 3.log')
    expect(loaded.endOffset).toBe(2n)
  })

  it('reads the last segment again where the recovery point lies beyond the end', () => {
    change(6, bytes => bytes.subarray(0, 310))
    const { told, loaded } = load(disk, { recoveryPoint: 100n })
    expect(told.filter(line => line.startsWith('segment'))).toEqual(['segment-recovered 6.log'])
    expect(loaded).toMatchObject({ endOffset: 7n, recoveryPoint: 7n })
  })

  it('learns leader epochs from the batches, and no older ones than it knows', () => {
    disk.remove('/logs/orders-0/leader-epoch-checkpoint')
    change(3, bytes => Buffer.concat([placedAt(bytes.subarray(0, 300), 3, 4), bytes.subarray(300)]))
    const { entries } = load(disk).loaded.epochs
    expect(entries).toEqual([
      { epoch: 0, startOffset: 0n },
      { epoch: 4, startOffset: 3n },
    ])
  })

  it('writes the aborted transactions down again', () => {
    const log = openLog(disk, { isClean: true, recoveryPoint: 8n, config: SCENE_CONFIG })
    const client = { leaderEpoch: 0, origin: 'client' } as const
    log.append(newBatch({ producer: PRODUCER, isTransactional: true }), client)
    log.append(newMarker(PRODUCER), { leaderEpoch: 0, origin: 'coordinator' })
    const path = pathOf('txnindex', 6)
    const before = disk.readWhole(path)
    expect(before).toHaveLength(34)
    disk.put(path, Buffer.alloc(70, 1))
    load(disk)
    expect(disk.readWhole(path)).toEqual(before)
  })

  it('changes nothing the second time', () => {
    change(6, bytes => flip(bytes, 350))
    load(disk)
    const contents = () =>
      segmentFiles(disk).map(name => [name, disk.readWhole(`/logs/orders-0/${padded(name)}`)])
    const before = contents()
    expect(cutOf(load(disk))).toBeUndefined()
    expect(contents()).toEqual(before)
  })

  it('makes names durable that have gone before anything is appended', () => {
    change(0, bytes => flip(bytes, 700))
    const synced: string[] = []
    const watched: Disk = diskWith(disk, {
      syncDirectory: path => {
        synced.push(path)
        disk.syncDirectory(path)
      },
    })
    load(watched)
    expect(disk.crash().list('/logs/orders-0')).toEqual(disk.list('/logs/orders-0'))
    expect(synced).toContain('/logs/orders-0')
  })
})

function padded(name: string): string {
  const [number = '', ...rest] = name.split('.')
  return [number.padStart(20, '0'), ...rest].join('.')
}

function flip(bytes: Buffer, position: number): Buffer {
  bytes[position]! ^= 1
  return bytes
}

function write(bytes: Buffer, position: number, size: number): Buffer {
  bytes.writeInt32BE(size, position)
  return bytes
}
