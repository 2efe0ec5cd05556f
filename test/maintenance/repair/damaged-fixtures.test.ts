/** Every damaged fixture, repaired by both cures. */
import { describe, expect, test } from 'vitest'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import {
  batchesIn,
  DAMAGED,
  filesIn,
  findingsOf,
  folderIn,
  planOn,
  putFixture,
  recovered,
  repairOn,
} from './memory-repair.ts'

/** Nothing of a log is wrong there, or not in what this command mends. */
const OTHER_KINDS: ReadonlySet<string> = new Set([
  'cluster-id', // mended where it is told which
  'file-digits',
  'file-name',
  'folder-name',
  'kraft-snapshot',
  'meta-properties',
  'meta-properties-missing',
  'partition-metadata',
  'segment-gap', // nothing is left to mend it from
  'topic-id',
])
/** What a broker's recovery takes for sound. */
const NOT_NOTICED: ReadonlySet<string> = new Set([
  'bit-flip-leader-epoch',
  'overlapping-segments',
  'record-length',
])

function logFindings(findings: Awaited<ReturnType<typeof findingsOf>>) {
  const wrong = findings.filter(({ kind }) => !OTHER_KINDS.has(kind))
  return wrong.filter(({ kind }) => !/index|snapshot-|epoch-|-file$/.test(kind))
}

const CURED = DAMAGED.filter(name => name !== 'file-name-digits')

describe('a damaged fixture', () => {
  test.each(CURED)('%s is in order once it is salvaged', async name => {
    const disk = new MemoryDisk()
    const logDirs = putFixture(disk, `damaged/${name}`)
    const { failures } = repairOn(disk, logDirs, { cure: 'salvage' })
    expect(failures).toEqual([])
    expect(logFindings(await findingsOf(disk, logDirs))).toEqual([])
    const { plan } = planOn(disk, logDirs)
    expect(plan.partitions.flatMap(({ salvage }) => salvage.rewritten)).toEqual([])
  })

  test.each(CURED.filter(name => !NOT_NOTICED.has(name)))(
    '%s is in order once it is cut like Kafka does',
    async name => {
      const disk = new MemoryDisk()
      const logDirs = putFixture(disk, `damaged/${name}`)
      const { failures } = repairOn(disk, logDirs, { cure: 'like-kafka' })
      expect(failures).toEqual([])
      expect(logFindings(await findingsOf(disk, logDirs))).toEqual([])
    },
  )

  test.each([...NOT_NOTICED])('%s is not touched by a cut that would change nothing', name => {
    const disk = new MemoryDisk()
    const logDirs = putFixture(disk, `damaged/${name}`)
    const before = filesIn(disk, folderIn(disk, '/log'))
    const { failures } = repairOn(disk, logDirs, { cure: 'like-kafka' })
    expect(failures.map(String)).toEqual([expect.stringContaining('--salvage mends it')])
    expect(filesIn(disk, folderIn(disk, '/log'))).toEqual(before)
  })
})

const DAMAGED_LOGS = CURED.filter(name => {
  const disk = new MemoryDisk()
  const { plan } = planOn(disk, putFixture(disk, `damaged/${name}`))
  return plan.partitions.some(({ salvage }) => salvage.rewritten.length > 0)
})

describe('a damaged log', () => {
  test('is what most of the fixtures of class log have', () => {
    expect(DAMAGED_LOGS.length).toBeGreaterThanOrEqual(15)
  })

  test.each(DAMAGED_LOGS)('%s, salvaged, keeps each batch that held at its offset', name => {
    const disk = new MemoryDisk()
    const logDirs = putFixture(disk, `damaged/${name}`)
    const folder = folderIn(disk, '/log')
    const before = batchesIn(disk, folder)
    const { plan } = repairOn(disk, logDirs, { cure: 'salvage' })
    const left = batchesIn(disk, folder)
    const { lost, mended } = plan.partitions[0]!.salvage
    for (const { records } of lost.flatMap(({ places }) => places)) {
      if (records !== undefined) return
    }
    for (const [offset, bytes] of before) {
      if (mended.some(({ firstOffset, found }) => offset === firstOffset || offset === found))
        continue
      expect(left.get(offset)).toBe(bytes)
    }
  })

  test.each(DAMAGED_LOGS)('%s, salvaged, is the same where it was worked out again', name => {
    const [known, again] = [true, false].map(isToBeDone => {
      const disk = new MemoryDisk()
      const logDirs = putFixture(disk, `damaged/${name}`)
      const { plan } = repairOn(disk, logDirs, { cure: 'salvage', isToBeDone })
      expect(plan.partitions.some(({ workedOut }) => workedOut !== undefined)).toBe(isToBeDone)
      return filesIn(disk, folderIn(disk, '/log'))
    })
    expect(known).toEqual(again)
  })

  test.each(DAMAGED_LOGS)('%s, salvaged, has the files that a recovery of it makes', async name => {
    const disk = new MemoryDisk()
    const logDirs = putFixture(disk, `damaged/${name}`)
    const folder = folderIn(disk, '/log')
    const { plan } = repairOn(disk, logDirs, { cure: 'salvage' })
    const [first] = plan.partitions[0]!.salvage.rewritten
    const from = BigInt(first!.slice(0, 20))
    expect(filesIn(disk, folder)).toEqual(await recovered(disk, folder, from))
  })

  test.each(DAMAGED_LOGS.filter(name => !NOT_NOTICED.has(name)))(
    '%s, cut, has the files that a recovery makes of what it was',
    async name => {
      const disk = new MemoryDisk()
      const logDirs = putFixture(disk, `damaged/${name}`)
      const folder = folderIn(disk, '/log')
      const { plan } = planOn(disk, logDirs)
      const from = BigInt(plan.partitions[0]!.likeKafka!.rewritten[0]!.slice(0, 20))
      const expected = await recovered(disk, folder, from).catch(() => undefined)
      repairOn(disk, logDirs, { cure: 'like-kafka' })
      if (name !== 'bit-flip-base-offset-high') expect(filesIn(disk, folder)).toEqual(expected)
    },
  )
})
