/** A segment whose offsets lie too far apart for its indexes, and what becomes of it (KAFKA-6264). */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Disk } from '../../src/disk/disk.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { type Fault, FaultyDisk } from '../crash/faulty-disk.ts'
import { Seeded } from '../crash/seeded.ts'
import { load, type Loading } from './loaded-scene.ts'
import { batchOfSize, legacyMessage, newBatch, newMarker, placedAt } from './new-batch.ts'
import { newDisk, pathOf, segmentFiles } from './new-log.ts'

const FAR = 2 ** 31 + 5
const PRODUCER = { id: 9n, epoch: 0, sequence: 0 }

let disk: MemoryDisk

beforeEach(() => {
  disk = newDisk()
})

/** A segment as a broker of old left it. */
function put(baseOffset: number, ...batches: readonly Buffer[]): void {
  disk.put(pathOf('log', baseOffset), Buffer.concat(batches))
  for (const kind of ['index', 'timeindex'] as const)
    disk.put(pathOf(kind, baseOffset), Buffer.alloc(0))
}

const at = (offset: number) => placedAt(batchOfSize(300), offset)
const sizes = (on: Disk = disk) =>
  segmentFiles(on)
    .filter(name => name.endsWith('.log'))
    .map(name => [name, on.readWhole(`/logs/orders-0/${name.padStart(24, '0')}`).length])
const bases = ({ loaded }: Loading) => loaded.segments.map(({ baseOffset }) => Number(baseOffset))

describe('a segment with offsets more than 2³¹ apart', () => {
  it('is divided, and its parts are recovered', () => {
    put(0, at(0), at(1), at(FAR), at(FAR + 1))
    put(FAR + 2, at(FAR + 2))
    const loading = load(disk)
    expect(loading.told.filter(line => line.startsWith('segment'))).toEqual([
      'segment-divided 0.log',
      'segment-recovered 0.log',
      'segment-recovered 2147483653.log',
      'segment-recovered 2147483655.log',
    ])
    expect(loading.actions[0]).toMatchObject({
      into: ['00000000000000000000.log', '00000000002147483653.log'],
    })
    expect(bases(loading)).toEqual([0, FAR, FAR + 2])
    expect(loading.loaded.endOffset).toBe(BigInt(FAR + 3))
    expect(loading.loaded.condemned.map(path => path.slice(-15))).toEqual([
      '000.log.deleted',
      '0.index.deleted',
      'meindex.deleted',
    ])
    const found = loading.loaded.segments[1]!.find(BigInt(FAR + 1))
    expect(found?.position).toBe(300)
    expect(sizes()).toEqual([
      ['0.log', 600],
      ['2147483653.log', 600],
      ['2147483655.log', 300],
    ])
    expect(load(disk).told.filter(line => line.startsWith('segment-divided'))).toEqual([])
  })

  it('is divided as often as it takes, right where an index can hold no more', () => {
    const max = 2 ** 31 - 1
    put(0, at(0), at(max), at(max + 1), at(2 * max + 1), at(2 * max + 2))
    expect(bases(load(disk))).toEqual([0, max + 1, 2 * max + 2])
  })

  it('is divided where its index is missing, however it was left', () => {
    put(0, at(0), at(FAR))
    put(FAR + 2, at(FAR + 2))
    disk.remove(pathOf('index', 0))
    const loading = load(disk, { isClean: true, recoveryPoint: BigInt(FAR + 3) })
    expect(bases(loading)).toEqual([0, FAR, FAR + 2])
    expect(loading.loaded.unsynced.map(({ baseOffset }) => baseOffset)).toEqual([0n, BigInt(FAR)])
  })

  it('is believed where nothing is to be recovered', () => {
    put(0, at(0), at(FAR))
    expect(bases(load(disk, { isClean: true, recoveryPoint: BigInt(FAR + 1) }))).toEqual([0])
  })

  it('begins with the first offset that it has', () => {
    put(0, at(0))
    put(5, at(7), at(FAR + 7))
    const loading = load(disk)
    expect(bases(loading)).toEqual([0, 7, FAR + 7])
    expect(loading.loaded.condemned.at(-1)).toMatch(/\/0+5\.snapshot\.deleted$/)
  })

  it.each([false, true])('leaves segments between its parts, its index missing: %s', isMissing => {
    put(0, at(0), at(FAR))
    put(1, at(1))
    if (isMissing) disk.remove(pathOf('index', 0))
    expect(bases(load(disk))).toEqual([0, 1, FAR])
    expect(bases(load(disk))).toEqual([0, 1, FAR])
  })

  it('is cut where it is torn, in the part that has the tear', () => {
    put(0, at(0), at(FAR), at(FAR + 1).subarray(0, 200))
    const loading = load(disk)
    expect(loading.loaded.endOffset).toBe(BigInt(FAR + 1))
    expect(sizes()).toEqual([
      ['0.log', 300],
      ['2147483653.log', 300],
    ])
  })

  it('has its aborted transactions where their markers are', () => {
    const transactional = newBatch({ producer: PRODUCER, isTransactional: true })
    put(0, placedAt(transactional, 0), placedAt(newMarker({ id: 9n, epoch: 0 }), FAR))
    const [first, second] = load(disk).loaded.segments
    const range = { fetchOffset: 0n, upperBound: BigInt(FAR + 1) }
    expect(first!.aborted(range).transactions).toEqual([])
    expect(second!.aborted(range).transactions).toMatchObject([{ producerId: 9n, firstOffset: 0n }])
  })

  it('of the old format is divided as well', () => {
    const old = (offset: number) => {
      const bytes = legacyMessage(Buffer.from('value'))
      bytes.writeBigInt64BE(BigInt(offset))
      return bytes
    }
    put(0, old(0), old(FAR))
    expect(bases(load(disk))).toEqual([0, FAR])
  })

  it.each<Fault>(['power', 'EIO'])('is whole after %s at any call', fault => {
    put(0, at(3), at(4), at(FAR + 3), at(FAR + 4))
    put(FAR + 5, at(FAR + 5))
    const whole = disk
    let at0 = 0
    for (let isHit = true; isHit; at0++) {
      disk = new MemoryDisk()
      for (const { name } of whole.list('/logs/orders-0')) {
        const path = `/logs/orders-0/${name}`
        disk.put(path, whole.readWhole(path))
      }
      const random = new Seeded(at0)
      const faulty = new FaultyDisk(disk, { at: at0, fault, below: '/logs' }, random)
      isHit = !isLoaded(faulty.disk)
      disk = fault === 'power' ? disk.crash(random.chance()) : disk
      const loading = load(disk)
      expect(bases(loading)).toEqual([3, FAR + 3, FAR + 5])
      expect(sizes().map(([, size]) => size)).toEqual([600, 600, 300])
    }
    expect(at0).toBeGreaterThan(50)
  })
})

function isLoaded(on: Disk): boolean {
  try {
    load(on)
    return true
  } catch {
    return false
  }
}
