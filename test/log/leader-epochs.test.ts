import { beforeEach, describe, expect, it } from 'vitest'
import { AssertionError, CorruptDataError } from '../../src/base/errors.ts'
import type { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { LeaderEpochs } from '../../src/log/leader-epochs.ts'
import { FOLDER, newDisk } from './new-log.ts'

const PATH = `${FOLDER}/leader-epoch-checkpoint`

let disk: MemoryDisk
let epochs: LeaderEpochs

/** 1 from 0 on, 3 from 10, 5 from 20. */
beforeEach(() => {
  disk = newDisk()
  epochs = LeaderEpochs.load(disk, FOLDER)
  epochs.assign(1, 0n)
  epochs.assign(3, 10n)
  epochs.assign(5, 20n)
})

const entries = () => epochs.entries.map(({ epoch, startOffset }) => [epoch, Number(startOffset)])

describe('leader epochs', () => {
  it.each([
    [-1, -1, -1],
    [0, 0, 0],
    [1, 1, 10],
    [2, 1, 10],
    [3, 3, 20],
    [4, 3, 20],
    [5, 5, 30],
    [6, -1, -1],
  ])('asked for %i answer epoch %i, which ended at %i', (asked, epoch, endOffset) => {
    expect(epochs.endOffsetFor(asked, 30n)).toEqual({ epoch, endOffset: BigInt(endOffset) })
  })

  it('that are none have no end', () => {
    const none = LeaderEpochs.load(newDisk(), FOLDER)
    expect(none.endOffsetFor(0, 30n)).toEqual({ epoch: -1, endOffset: -1n })
    expect(none.epochAt(5n)).toBeUndefined()
  })

  it.each([
    [0, 1],
    [9, 1],
    [10, 3],
    [99, 5],
  ])('tell whose offset %i was', (offset, epoch) => {
    expect(epochs.epochAt(BigInt(offset))).toBe(epoch)
  })

  it('stay as they are while the same leader goes on', () => {
    epochs.assign(5, 25n)
    expect(entries().at(-1)).toEqual([5, 20])
  })

  it.each([
    ['an epoch that began earlier', 5, 15n, [1, 3, 5]],
    ['an offset that others had', 7, 10n, [1, 7]],
    ['an epoch below the last', 4, 30n, [1, 3, 4]],
    ['an epoch at an offset before all', 9, 0n, [9]],
  ] as const)('lose what contradicts %s', (_, epoch, startOffset, left) => {
    epochs.assign(epoch, startOffset)
    expect(epochs.entries.map(entry => entry.epoch)).toEqual(left)
    expect(epochs.latest).toEqual({ epoch, startOffset })
  })

  it('are durable as soon as they are assigned', () => {
    expect(LeaderEpochs.load(disk.crash(), FOLDER).entries).toEqual(epochs.entries)
    expect(disk.readWhole(PATH).toString()).toBe('0\n3\n1 0\n3 10\n5 20\n')
  })

  it('lose at their end what begins there or behind', () => {
    epochs.truncateFromEnd(21n)
    expect(entries()).toHaveLength(3)
    epochs.truncateFromEnd(20n)
    expect(entries()).toEqual([
      [1, 0],
      [3, 10],
    ])
    expect(LeaderEpochs.load(disk, FOLDER).entries).toEqual(epochs.entries)
  })

  it('lose at their start what ended before, and the one it falls into begins there', () => {
    epochs.truncateFromStart(12n)
    expect(entries()).toEqual([
      [3, 12],
      [5, 20],
    ])
    epochs.truncateFromStart(20n)
    expect(entries()).toEqual([[5, 20]])
    epochs.truncateFromStart(5n)
    expect(entries()).toEqual([[5, 20]])
    expect(LeaderEpochs.load(disk, FOLDER).entries).toEqual(epochs.entries)
  })

  it('are not those of no leader', () => {
    expect(() => epochs.assign(-1, 30n)).toThrow(AssertionError)
  })

  it('do not ascend in a file of which a broker makes the best', () => {
    disk.put(PATH, Buffer.from('0\n3\n1 0\n5 20\n3 10\n'))
    const loaded = LeaderEpochs.load(disk, FOLDER)
    expect(loaded.entries.map(({ epoch }) => epoch)).toEqual([1, 3])
  })

  it('can not be loaded from a file that a broker refuses', () => {
    disk.put(PATH, Buffer.from('0\n2\n1 0\n'))
    expect(() => LeaderEpochs.load(disk, FOLDER)).toThrow(CorruptDataError)
  })
})
