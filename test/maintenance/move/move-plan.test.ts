import { describe, expect, it } from 'vitest'
import {
  type MovablePartition,
  type MoveDirectory,
  MoveLedger,
  planBalance,
  planDrain,
} from '../../../src/maintenance/move/move-plan.ts'
import { Seeded } from '../../crash/seeded.ts'

const PATHS = ['/a', '/b', '/c']

function partitionsOf(sizes: Readonly<Record<string, readonly number[]>>): MovablePartition[] {
  return Object.entries(sizes).flatMap(([logDir, bytes]) =>
    bytes.map((size, at) => {
      const topic = logDir.slice(1)
      return {
        topic,
        partition: at,
        name: `${topic}-${at}`,
        topicId: 'T',
        logDir,
        bytes: size,
        size,
      }
    }),
  )
}

function ledgerOf(
  partitions: readonly MovablePartition[],
  changes: Readonly<Record<string, Partial<MoveDirectory>>> = {},
  paths: readonly string[] = PATHS,
): MoveLedger {
  return new MoveLedger(
    paths.map(path => ({
      path,
      fileSystem: path,
      freeBytes: Infinity,
      bytes: sum(partitions.filter(({ logDir }) => logDir === path).map(({ bytes }) => bytes)),
      takesNew: true,
      ...changes[path],
    })),
  )
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)
const told = ({ moves }: MoveLedger) => moves.map(({ name, to }) => `${name} ${to}`)

describe('a balance', () => {
  it('takes the move that evens out most first, and stops when none is worth its while', () => {
    const partitions = partitionsOf({ '/a': [100, 60, 30, 1, 1], '/b': [10], '/c': [5] })
    const ledger = ledgerOf(partitions)
    planBalance(ledger, partitions)
    expect(told(ledger)).toEqual(['a-0 /c', 'a-2 /b', 'c-0 /b'])
    expect(PATHS.map(path => ledger.bytesIn(path))).toEqual([62, 45, 100])
  })

  it('leaves what is even enough', () => {
    const partitions = partitionsOf({ '/a': [1000, 4], '/b': [1000], '/c': [1000] })
    const ledger = ledgerOf(partitions)
    planBalance(ledger, partitions)
    expect(told(ledger)).toEqual([])
  })

  it('moves nothing where there is no room, or to a log.dir that is cordoned', () => {
    const partitions = partitionsOf({ '/a': [50, 50], '/b': [], '/c': [] })
    const ledger = ledgerOf(partitions, { '/b': { freeBytes: 49 }, '/c': { takesNew: false } })
    planBalance(ledger, partitions)
    expect(told(ledger)).toEqual([])
  })

  it('counts what is free on a file system once for all log.dirs on it', () => {
    const partitions = partitionsOf({ '/a': [50, 50, 50], '/b': [], '/c': [] })
    const shared = { fileSystem: 'one', freeBytes: 60 }
    const ledger = ledgerOf(partitions, { '/b': shared, '/c': shared })
    planBalance(ledger, partitions)
    expect(ledger.moves.map(({ freeAfter }) => freeAfter)).toEqual([10])
  })

  it('does each time what no other single move does better', () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = new Seeded(seed)
      const sizes = () => Array.from({ length: random.below(5) }, () => random.below(50) + 1)
      const partitions = partitionsOf({ '/a': sizes(), '/b': sizes(), '/c': sizes() })
      const free = () => ({ freeBytes: random.pick([20, 60, Infinity]) })
      const ledger = ledgerOf(partitions, { '/a': free(), '/b': free(), '/c': free() })
      planBalance(ledger, partitions)
      expectGreedy(ledger, partitions, seed)
    }
  })
})

/** By trying all: the squares are computed anew for each. */
function expectGreedy(
  { directories, moves }: MoveLedger,
  partitions: readonly MovablePartition[],
  seed: number,
): void {
  const place = new Map(partitions.map(({ name, logDir }) => [name, logDir]))
  const free = new Map(directories.map(({ path, freeBytes }) => [path, freeBytes]))
  const squares = () => {
    const held = PATHS.map(path =>
      sum(partitions.filter(({ name }) => place.get(name) === path).map(({ bytes }) => bytes)),
    )
    return sum(held.map(bytes => bytes * bytes))
  }
  const after = (name: string, to: string) => {
    const from = place.get(name)!
    place.set(name, to)
    const result = squares()
    place.set(name, from)
    return result
  }
  const least = () => {
    const unmoved = partitions.filter(({ name, logDir }) => place.get(name) === logDir)
    const tried = unmoved.flatMap(({ name, bytes }) =>
      PATHS.filter(path => bytes <= free.get(path)!).map(path => after(name, path)),
    )
    return Math.min(squares(), ...tried)
  }
  for (const { name, to, bytes } of moves) {
    expect([seed, after(name, to)]).toEqual([seed, least()])
    expect(after(name, to)).toBeLessThan(squares())
    free.set(to, free.get(to)! - bytes)
    expect(free.get(to)).toBeGreaterThanOrEqual(0)
    place.set(name, to)
  }
  const total = sum(partitions.map(({ bytes }) => bytes))
  // A move of d bytes between log.dirs that are d + e apart gains 2 d e; with d or e below 2 % of the mean it is left.
  const worthwhile = Math.max(1, (total / PATHS.length) * 0.02)
  expect(squares() - least()).toBeLessThanOrEqual(2 * worthwhile * total)
}

describe('a drain', () => {
  it('empties a log.dir, the biggest first, each to where most is free', () => {
    const partitions = partitionsOf({ '/a': [10, 70, 40], '/b': [5], '/c': [5] })
    const ledger = ledgerOf(partitions, { '/b': { freeBytes: 100 }, '/c': { freeBytes: 90 } })
    planDrain(ledger, partitions, '/a')
    expect(told(ledger)).toEqual(['a-1 /b', 'a-2 /c', 'a-0 /c'])
    expect(ledger.bytesIn('/a')).toBe(0)
    expect(ledger.moves.map(({ freeAfter }) => freeAfter)).toEqual([30, 50, 40])
  })

  it('takes the emptier of two where nobody can tell what is free', () => {
    const partitions = partitionsOf({ '/a': [10, 10], '/b': [5], '/c': [7] })
    const ledger = ledgerOf(partitions)
    planDrain(ledger, partitions, '/a')
    expect(told(ledger)).toEqual(['a-0 /b', 'a-1 /c'])
  })

  it('is refused where a partition finds no room', () => {
    const partitions = partitionsOf({ '/a': [10, 70], '/b': [] })
    const ledger = ledgerOf(partitions, { '/b': { freeBytes: 75 } }, ['/a', '/b'])
    expect(() => planDrain(ledger, partitions, '/a')).toThrow(
      '/b has no room for a-0: it takes 10 bytes, 5 are free',
    )
  })

  it('is refused where there is no other log.dir', () => {
    const partitions = partitionsOf({ '/a': [10] })
    const ledger = ledgerOf(partitions, {}, ['/a'])
    expect(() => planDrain(ledger, partitions, '/a')).toThrow(
      'no other log.dir takes what is in /a',
    )
  })
})
