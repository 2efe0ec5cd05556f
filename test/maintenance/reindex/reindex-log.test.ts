/** Six segments with all that is derived from them; what is wrong with each kind of file, found and mended. */
import { beforeEach, describe, expect, it } from 'vitest'
import { diskWith } from '../../../src/disk/disk-with.ts'
import type { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { readLeaderEpochCheckpoint } from '../../../src/log/leader-epoch-checkpoint.ts'
import { readSegmentFacts } from '../../../src/log/segment-facts.ts'
import { failing } from '../../log/failing-disk.ts'
import { placedAt } from '../../log/new-batch.ts'
import { FOLDER, pathOf, segmentFiles, shortName } from '../../log/new-log.ts'
import {
  builtLog,
  contents,
  derivedPaths,
  otherThanSame,
  reindex,
  removeDerived,
} from './reindexed-log.ts'

const GARBAGE = Buffer.from('no entry at all, and of no size that entries have')
const EPOCHS = `${FOLDER}/leader-epoch-checkpoint`
/** One of each kind. */
const OF_EACH_KIND = [
  pathOf('index', 6),
  pathOf('timeindex', 6),
  pathOf('txnindex', 12),
  pathOf('snapshot', 9),
  EPOCHS,
]

let disk: MemoryDisk
let built: Record<string, string>

beforeEach(async () => {
  disk = await builtLog()
  built = contents(disk)
})

function damage(path: string, position: number): void {
  const file = disk.openForWriting(path)
  const size = file.size()
  file.write(Buffer.from([0x5a]), position < 0 ? size + position : position)
}

describe('files that are derived from a log', () => {
  it('are left alone where they say what it says', async () => {
    const untouchable = failing(disk, { op: 'create', below: FOLDER })
    expect(otherThanSame(await reindex(untouchable))).toEqual({})
    expect(contents(disk)).toEqual(built)
  })

  it('are written as they were where all are missing', async () => {
    const paths = derivedPaths(disk)
    removeDerived(disk)
    const { states } = await reindex(disk)
    expect(states).toEqual(Object.fromEntries(paths.map(path => [shortName(path), 'missing'])))
    expect(contents(disk)).toEqual(built)
  })

  it.each(OF_EACH_KIND)('are written where one is missing: %s', async path => {
    disk.remove(path)
    expect(otherThanSame(await reindex(disk))).toEqual({ [shortName(path)]: 'missing' })
    expect(contents(disk)).toEqual(built)
  })

  it.each(OF_EACH_KIND)('are replaced where they are garbage: %s', async path => {
    disk.put(path, GARBAGE)
    expect(otherThanSame(await reindex(disk))).toEqual({ [shortName(path)]: 'differs' })
    expect(contents(disk)).toEqual(built)
  })

  it.each(OF_EACH_KIND)('are replaced where they are empty: %s', async path => {
    disk.put(path, Buffer.alloc(0))
    expect(otherThanSame(await reindex(disk))).toEqual({ [shortName(path)]: 'differs' })
    expect(contents(disk)).toEqual(built)
  })

  it.each(OF_EACH_KIND)('are not touched by a preview: %s', async path => {
    disk.put(path, GARBAGE)
    const before = contents(disk)
    const { states } = await reindex(disk, { isPreview: true })
    expect(states[shortName(path)]).toBe('differs')
    expect(contents(disk)).toEqual(before)
  })

  it.each(OF_EACH_KIND)('are left, other than built, where nothing is wrong: %s', async path => {
    disk.put(path, GARBAGE)
    const { states } = await reindex(disk, { wrong: new Set(['another']) })
    expect(states[shortName(path)]).toBe('sound')
    expect(disk.readWhole(path)).toEqual(GARBAGE)
  })

  it('are removed where they belong to no segment', async () => {
    const superfluous = [pathOf('snapshot', 5), pathOf('snapshot', 99), pathOf('index', 99)]
    for (const path of superfluous) disk.put(path, Buffer.alloc(8))
    expect(otherThanSame(await reindex(disk, { isPreview: true }))).toEqual({
      '5.snapshot': 'superfluous',
      '99.snapshot': 'superfluous',
      '99.index': 'superfluous',
    })
    await reindex(disk)
    expect(contents(disk)).toEqual(built)
  })

  it('are kept as *.old where that is asked for, the first of them', async () => {
    const path = pathOf('index', 6)
    for (const text of ['the first', 'the second']) {
      disk.put(path, Buffer.from(text))
      await reindex(disk, { keepsOld: true })
    }
    const survived = disk.crash()
    expect(survived.readWhole(`${path}.old`).toString()).toBe('the first')
    expect(contents(disk)['6.index']).toBe(built['6.index'])
  })

  it('are kept whole, or nothing is replaced', async () => {
    const path = pathOf('index', 6)
    const torn = failing(disk, { op: 'sync', below: `${path}.old` })
    disk.put(path, GARBAGE)
    const before = contents(disk)
    const { failure, files } = await reindex(torn, { keepsOld: true })
    expect([failure?.message, files]).toEqual([expect.stringContaining('EIO'), []])
    expect({ ...contents(disk), '6.index.old.tmp': undefined }).toEqual(before)
    await reindex(disk, { keepsOld: true })
    expect(disk.readWhole(`${path}.old`)).toEqual(GARBAGE)
  })
})

describe('room behind the entries of an index', () => {
  const room = (kind: 'index' | 'timeindex', base: number) => {
    const path = pathOf(kind, base)
    disk.put(path, Buffer.concat([disk.readWhole(path), Buffer.alloc(240)]))
  }

  it('is nothing that differs in the last segment of a log.dir that was not shut down', async () => {
    room('index', 15)
    room('timeindex', 15)
    expect(otherThanSame(await reindex(disk, { isClean: false }))).toEqual({})
  })

  it('is taken for entries by a broker after a clean shutdown', async () => {
    room('index', 15)
    const { files } = await reindex(disk)
    const { state, difference } = files.find(({ name }) => name.endsWith('15.index'))!
    expect([state, difference]).toEqual(['differs', { entry: 2, theirs: 'zeros' }])
    expect(contents(disk)).toEqual(built)
  })

  it('is taken for entries in a segment that is closed', async () => {
    room('timeindex', 3)
    const reindexed = await reindex(disk, { isClean: false })
    expect(otherThanSame(reindexed)).toEqual({ '3.timeindex': 'differs' })
  })
})

describe('a log with damage', () => {
  it('is indexed up to the damage, and what lies behind is left alone', async () => {
    for (const path of derivedPaths(disk)) disk.put(path, GARBAGE)
    const sizeBefore = disk.status(pathOf('log', 9))!.size
    damage(pathOf('log', 9), 300)
    const { states, damage: found, failure } = await reindex(disk)
    expect(failure).toBeUndefined()
    expect(found).toMatchObject({
      path: pathOf('log', 9),
      baseOffset: 9n,
      isTail: false,
      behind: [pathOf('log', 12), pathOf('log', 15)],
    })
    expect(Object.keys(states).sort()).toEqual([
      '0.index',
      '0.timeindex',
      '3.index',
      '3.snapshot',
      '3.timeindex',
      '3.txnindex',
      '6.index',
      '6.snapshot',
      '6.timeindex',
      '9.snapshot',
    ])
    const now = contents(disk)
    for (const name of Object.keys(states)) expect([name, now[name]]).toEqual([name, built[name]])
    for (const path of derivedPaths(disk)) {
      if (!(shortName(path) in states)) expect(disk.readWhole(path)).toEqual(GARBAGE)
    }
    expect(disk.status(pathOf('log', 9))!.size).toBe(sizeBefore)
  })

  it('is indexed up to a write that a crash has torn', async () => {
    const log = disk.openForWriting(pathOf('log', 15))
    log.truncate(log.size() - 7)
    removeDerived(disk)
    const { states, damage: found } = await reindex(disk)
    expect(found).toMatchObject({ path: pathOf('log', 15), isTail: true, behind: [] })
    expect(Object.keys(states)).toEqual(expect.arrayContaining(['15.index', '17.snapshot']))
    expect(disk.status(pathOf('log', 15))!.size).toBe(log.size())
    expect(otherThanSame(await reindex(disk))).toEqual({})
  })

  it('is damaged where its last segment is, and it is no torn write', async () => {
    damage(pathOf('log', 15), -3)
    const { states, damage: found } = await reindex(disk)
    expect(found).toMatchObject({ isTail: false, behind: [] })
    expect(Object.keys(states)).not.toContain('15.index')
    expect(contents(disk)).toMatchObject({ '15.index': built['15.index']! })
  })

  it('that shrinks while it is read is not indexed', async () => {
    const path = pathOf('log', 6)
    const shrinking = diskWith(disk, {
      open(opened) {
        const file = disk.open(opened)
        if (opened !== path) return file
        return {
          ...file,
          size: () => file.size(),
          read: (bytes, at) => (at > 0 ? 0 : file.read(bytes.subarray(0, 400), at)),
        }
      },
    })
    const { failure } = await reindex(shrinking)
    expect(failure?.message).toContain('shrank')
    expect(contents(disk)).toEqual(built)
  })
})

describe('a log to which other logs belong', () => {
  it('is refused where a compaction was not finished', async () => {
    disk.put(`${pathOf('log', 3)}.swap`, disk.readWhole(pathOf('log', 3)))
    removeDerived(disk)
    const before = contents(disk)
    const { failure, files } = await reindex(disk)
    expect(failure?.message).toMatch(/compaction that was not finished.*kbroker recover/)
    expect(files).toEqual([])
    expect(contents(disk)).toEqual(before)
  })

  it('is refused where its offsets are too far apart for an index', async () => {
    const first = disk.readWhole(pathOf('log', 15))
    disk.put(pathOf('log', 15), Buffer.concat([first, placedAt(first, 2 ** 31 + 20)]))
    removeDerived(disk)
    const before = contents(disk)
    const { failure } = await reindex(disk)
    expect(failure?.message).toMatch(/00015\.log holds offsets that lie too far apart/)
    expect(contents(disk)).toEqual(before)
  })

  it('is refused where it ends before its start', async () => {
    const { failure } = await reindex(disk, { logStartOffset: 50n })
    expect(failure?.message).toContain('the log ends before the offset at which it should begin')
    expect(contents(disk)).toEqual(built)
  })
})

it('has no snapshots below the start of the log, and no epochs that ended there', async () => {
  removeDerived(disk)
  const { states } = await reindex(disk, { logStartOffset: 8n })
  expect(Object.keys(states).filter(name => name.endsWith('.snapshot'))).toEqual([
    '9.snapshot',
    '12.snapshot',
    '15.snapshot',
    '18.snapshot',
  ])
  const { entries } = readLeaderEpochCheckpoint(disk.readWhole(EPOCHS), 'epochs')
  expect(entries).toEqual([{ epoch: 3, startOffset: 8n }])
})

it('a folder without logs has nothing to build', async () => {
  for (const name of segmentFiles(disk)) {
    if (name.endsWith('.log')) disk.remove(pathOf('log', parseInt(name)))
  }
  const before = contents(disk)
  expect(await reindex(disk)).toMatchObject({ files: [], states: {} })
  expect(contents(disk)).toEqual(before)
})

it('keeps indexes of a few segments in memory, however many there are', async () => {
  removeDerived(disk)
  const written: (readonly [base: number, count: number])[] = []
  await reindex(disk, {
    readers: {
      aheadMax: 0,
      read(segment) {
        const names = segmentFiles(disk).filter(name => name.endsWith('.timeindex.tmp'))
        written.push([Number(segment.baseOffset), names.length])
        return new Promise(resolve => resolve(readSegmentFacts(segment, disk)))
      },
    },
  })
  expect(written).toEqual([
    [0, 0],
    [3, 0],
    [6, 0],
    [9, 1],
    [12, 2],
    [15, 3],
  ])
})

it('changes nothing, whichever write finds the disk full', async () => {
  const paths = derivedPaths(disk)
  for (const path of paths) disk.put(path, GARBAGE)
  const before = contents(disk)
  for (let count = 0; count < paths.length; count++) {
    let left = count
    const isOn = () => left-- <= 0
    const full = failing(disk, { op: 'write', below: FOLDER, errno: 'ENOSPC', isOn })
    const { failure, files } = await reindex(full)
    expect([failure?.message, files]).toEqual([expect.stringContaining('ENOSPC'), []])
    expect(contents(disk)).toEqual(before)
  }
  await reindex(disk)
  expect(contents(disk)).toEqual(built)
})
