/** A reindexing that is cut off at any call leaves each file as it was or as it is to be; done again, it finishes. */
import { expect, it } from 'vitest'
import type { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { FOLDER, pathOf } from '../log/new-log.ts'
import {
  builtLog,
  contents,
  derivedPaths,
  otherThanSame,
  reindex,
} from '../maintenance/reindex/reindexed-log.ts'
import { type Fault, FaultyDisk } from './faulty-disk.ts'
import { Seeded } from './seeded.ts'

const GARBAGE = Buffer.from('garbage')
const SUPERFLUOUS = pathOf('snapshot', 5)

/** Of each file that is derived: garbage, nothing, or what it should be. */
async function damaged(): Promise<{ readonly disk: MemoryDisk; readonly built: Contents }> {
  const disk = await builtLog()
  const built = contents(disk)
  for (const [at, path] of derivedPaths(disk).entries()) {
    if (at % 3 === 0) disk.put(path, GARBAGE)
    else if (at % 3 === 1) disk.remove(path)
  }
  disk.put(SUPERFLUOUS, GARBAGE)
  disk.syncDirectory(FOLDER)
  return { disk: disk.crash(), built }
}

type Contents = Readonly<Record<string, string>>

const CASES = (['power', 'ENOSPC', 'EIO'] as const).flatMap(fault =>
  [false, true].flatMap(keepsOld => [32, 1].map(count => [fault, keepsOld, count] as const)),
)

const TITLE = 'survives %s at any call (old files are kept: %s; segments at a time: %d)'

it.each(CASES)(TITLE, async (fault, keepsOld, placedSegments) => {
  const { disk, built } = await damaged()
  const before = contents(disk)
  for (let at = 0; ; at++) {
    const { survived, isOver } = await cutOff(disk, { at, fault, keepsOld, placedSegments })
    expectOldOrNew(contents(survived), { before, built, keepsOld })
    const { failure } = await reindex(survived, { keepsOld })
    expect(failure).toBeUndefined()
    expect(otherThanSame(await reindex(survived))).toEqual({})
    const after = contents(survived)
    for (const [name, bytes] of Object.entries(built))
      expect([name, after[name]]).toEqual([name, bytes])
    if (isOver) {
      expect(at).toBeGreaterThan(50)
      return
    }
  }
})

interface CutOff {
  readonly at: number
  readonly fault: Fault
  readonly keepsOld: boolean
  readonly placedSegments: number
}

async function cutOff(disk: MemoryDisk, { at, fault, ...options }: CutOff) {
  const random = new Seeded(at)
  const memory = disk.crash()
  const faulty = new FaultyDisk(memory, { at, fault, below: FOLDER }, random)
  const { failure } = await reindex(faulty.disk, options)
  const survived = fault === 'power' ? memory.crash(random.chance()) : memory
  return { survived, isOver: failure === undefined }
}

function expectOldOrNew(
  now: Contents,
  { before, built, keepsOld }: { before: Contents; built: Contents; keepsOld: boolean },
): void {
  for (const name of new Set([...Object.keys(before), ...Object.keys(built)])) {
    const bytes = now[name]
    const isOld = bytes === before[name]
    expect([name, isOld || bytes === built[name]]).toEqual([name, true])
    const had = before[name]
    if (keepsOld && !isOld && had !== undefined) expect(now[`${name}.old`]).toBe(had)
  }
}
