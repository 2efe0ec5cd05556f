/** Where a log is read from so that what is wrong is built anew; and that it is read from there once it was interrupted. */
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DiskError } from '../../../src/base/errors.ts'
import { type SegmentToRead, readSegmentFacts } from '../../../src/log/segment-facts.ts'
import { readFrom } from '../../../src/maintenance/reindex/read-from.ts'
import { FOLDER, pathOf, shortName } from '../../log/new-log.ts'
import { builtLog, contents, derivedPaths, reindex, removeDerived } from './reindexed-log.ts'

const EPOCHS = `${FOLDER}/leader-epoch-checkpoint`

describe('a log of segments at 0, 3, 6, 9, 12 and 15', () => {
  it.each<[wrong: string[], logStartOffset: bigint, from: bigint]>([
    [[pathOf('index', 9)], 0n, 9n],
    [[pathOf('txnindex', 12), pathOf('timeindex', 6)], 0n, 6n],
    [[pathOf('snapshot', 9)], 0n, 6n],
    [[pathOf('snapshot', 18)], 0n, 15n],
    [[pathOf('snapshot', 3)], 0n, 0n],
    [[pathOf('index', 9), pathOf('snapshot', 9)], 0n, 6n],
    [[pathOf('index', 9), pathOf('snapshot', 9), pathOf('snapshot', 6)], 0n, 3n],
    [[pathOf('index', 6)], 6n, 0n],
    [[pathOf('index', 9)], 6n, 9n],
    [[pathOf('index', 9), EPOCHS], 0n, 0n],
    [[pathOf('snapshot', 5)], 0n, 3n],
  ])(
    'of which %j is wrong, and which begins at %d, is read from %d on',
    async (paths, start, from) => {
      const disk = await builtLog()
      const names = disk.list(FOLDER).map(({ name }) => name)
      const wrong = new Set(paths.map(path => basename(path)))
      expect(readFrom({ names, wrong, logStartOffset: start })).toBe(from)
    },
  )

  it.each(['index', 'timeindex', 'txnindex', 'snapshot'] as const)(
    'is built anew from each of its segments on: all that is %s',
    async kind => {
      for (const base of [3, 6, 9, 12, 15]) {
        const disk = await builtLog()
        const built = contents(disk)
        const wrong = new Set<string>()
        for (const path of derivedPaths(disk)) {
          const name = shortName(basename(path))
          if (!name.endsWith(`.${kind}`) || parseInt(name) <= base) continue
          disk.remove(path)
          wrong.add(basename(path))
        }
        const names = disk.list(FOLDER).map(({ name }) => name)
        const { failure } = await reindex(disk, {
          wrong,
          from: readFrom({ names, wrong, logStartOffset: 0n }),
        })
        expect([failure, contents(disk)]).toEqual([undefined, built])
      }
    },
  )
})

it('is read on from where it was interrupted', async () => {
  const disk = await builtLog()
  const built = contents(disk)
  const all = derivedPaths(disk).map(path => basename(path))
  removeDerived(disk)
  disk.put(EPOCHS, Buffer.from(built['leader-epoch-checkpoint']!, 'hex'))
  const readers = (read: bigint[], fails: bigint) => ({
    aheadMax: 0,
    read(segment: SegmentToRead) {
      const { baseOffset, path } = segment
      read.push(baseOffset)
      if (baseOffset === fails) return Promise.reject(new DiskError('read', path, new Error('bad')))
      return Promise.resolve(readSegmentFacts(segment, disk))
    },
  })
  const { failure, states } = await reindex(disk, { placedSegments: 2, readers: readers([], 15n) })
  expect(failure?.message).toContain('bad')
  const done = ['0.index', '0.timeindex', '3.index', '3.snapshot', '3.timeindex']
  expect(Object.keys(states).filter(name => name !== '3.txnindex')).toEqual(done)
  for (const name of done) expect([name, contents(disk)[name]]).toEqual([name, built[name]])
  const names = disk.list(FOLDER).map(({ name }) => name)
  const wrong = new Set(all.filter(name => !names.includes(name)))
  const from = readFrom({ names, wrong, logStartOffset: 0n })
  const read: bigint[] = []
  const again = await reindex(disk, { from, wrong, readers: readers(read, -1n) })
  expect([again.failure, read]).toEqual([undefined, [3n, 6n, 9n, 12n, 15n]])
  expect(contents(disk)).toEqual(built)
})
