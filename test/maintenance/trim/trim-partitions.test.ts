import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { RefusedError, UsageError } from '../../../src/base/errors.ts'
import type { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { OverlayDisk } from '../../../src/disk/overlay-disk.ts'
import { encodeOffsetCheckpoint } from '../../../src/log/offset-checkpoint.ts'
import type { PartitionLog } from '../../../src/log/partition-log.ts'
import { readBatches } from '../../crash/check-log.ts'
import { newBatch, newMarker } from '../../log/new-batch.ts'
import { configWith } from '../../log/new-log.ts'
import { A, contentsOf, textOf } from '../../log-dirs/two-log-dirs.ts'
import { keptOffsets, openTrimmed, trim, TRIMMED, trimScene } from './trim-scene.ts'

const CLIENT = { leaderEpoch: 0, origin: 'client' } as const
const COORDINATOR = { leaderEpoch: 0, origin: 'coordinator' } as const
const filesOf = (disk: MemoryDisk) => disk.list(TRIMMED.path).map(({ name }) => name)
const offsetsIn = (log: PartitionLog) => readBatches(log).map(({ baseOffset }) => baseOffset)

describe('a log that is truncated', () => {
  it('ends at the offset, in a log.dir that stays clean, and what went is in a folder of it', async () => {
    const disk = await trimScene()
    const { plan, keptIn } = await trim(disk, 'truncate', 4)
    expect(plan).toMatchObject({ records: 6, bytes: 1800, after: { logEndOffset: 4n } })
    expect(plan.parts.map(({ file, isCut, bytes }) => [file.slice(-6), isCut, bytes])).toEqual([
      ['03.log', true, 600],
      ['06.log', false, 900],
      ['09.log', false, 300],
    ])
    expect(keptIn).toBe(`${TRIMMED.path}/kept-truncate-4-10`)
    expect(keptOffsets(disk, keptIn!)).toEqual([4n, 5n, 6n, 7n, 8n, 9n])
    const { log, isClean } = openTrimmed(disk)
    expect([log.endOffset, isClean]).toEqual([4n, true])
    expect(offsetsIn(log)).toEqual([0n, 1n, 2n, 3n])
  })

  it('leaves no file that a start would remove, and no checkpoint behind its end', async () => {
    const disk = await trimScene()
    const cleaner = encodeOffsetCheckpoint([{ topic: 'orders', partition: 0, offset: 9n }])
    disk.put(`${A}/cleaner-offset-checkpoint`, cleaner)
    await trim(disk, 'truncate', 4, { backup: false })
    expect(filesOf(disk).filter(name => !/^0+[034]\.|^leader|^partition/.test(name))).toEqual([])
    expect(textOf(disk, A, 'cleaner-offset-checkpoint')).toBe('0\n1\norders 0 3\n')
    expect(textOf(disk, A, 'recovery-point-offset-checkpoint')).toBe('0\n1\norders 0 4\n')
    expect(textOf(disk, A, 'replication-offset-checkpoint')).toBe('0\n1\norders 0 4\n')
  })

  it('loses the batch that holds the offset, and ends where a start finds its end', async () => {
    const disk = await trimScene(log => {
      for (let n = 0; n < 3; n++) log.append(newBatch({ count: 5 }), CLIENT)
    })
    const { plan } = await trim(disk, 'truncate', 12)
    expect(plan).toMatchObject({ offset: 12n, records: 5, after: { logEndOffset: 10n } })
    expect(openTrimmed(disk).log.endOffset).toBe(10n)
  })

  it('never ends before its start, so that no offset is given to two records', async () => {
    const disk = await trimScene(log => {
      for (let n = 0; n < 3; n++) log.append(newBatch({ count: 5 }), CLIENT)
    })
    await trim(disk, 'delete-records', 7)
    const { plan } = await trim(disk, 'truncate', 8)
    expect(plan).toMatchObject({ records: 8, after: { logStartOffset: 7n, logEndOffset: 7n } })
    const { log } = openTrimmed(disk)
    expect([log.logStartOffset, log.endOffset]).toEqual([7n, 7n])
  })

  it('may become empty', async () => {
    const disk = await trimScene()
    expect((await trim(disk, 'truncate', 0)).plan).toMatchObject({ records: 10, bytes: 3000 })
    expect(openTrimmed(disk).log).toMatchObject({ logStartOffset: 0n, endOffset: 0n })
  })

  it('stays as it is where nothing lies behind the offset', async () => {
    const disk = await trimScene()
    const { plan, keptIn } = await trim(disk, 'truncate', 10)
    expect([plan.parts, plan.records, keptIn]).toEqual([[], 0, undefined])
    expect(openTrimmed(disk).log.endOffset).toBe(10n)
  })

  describe('to an offset within a batch, where that was done before', () => {
    const fiveByFive = () =>
      trimScene(log => {
        for (let n = 0; n < 4; n++) log.append(newBatch({ count: 5 }), CLIENT)
      })

    it.each([11, 12, 14])('(%i) nothing is changed', async offset => {
      const disk = await fiveByFive()
      await trim(disk, 'truncate', offset)
      const before = contentsOf(disk, TRIMMED.path)
      const again = await trim(disk, 'truncate', offset, { backup: false })
      expect(again.plan).toMatchObject({ records: 0, parts: [], after: { logEndOffset: 10n } })
      expect(contentsOf(disk, TRIMMED.path)).toEqual(before)
      expect(openTrimmed(disk)).toMatchObject({ isClean: true, log: { endOffset: 10n } })
    })
  })

  it('tells of transactions that are gone, and of those that are open again', async () => {
    const disk = await trimScene(log => {
      const producer = (id: bigint) => ({ id, epoch: 3, sequence: 0 })
      log.append(newBatch({ producer: producer(1n), isTransactional: true }), CLIENT)
      log.append(newMarker({ id: 1n, epoch: 3 }), COORDINATOR)
      log.append(newBatch({ producer: producer(2n), isTransactional: true }), CLIENT)
    })
    const { plan, transactions } = await trim(disk, 'truncate', 1)
    expect(plan).toMatchObject({ records: 1, controlRecords: 1 })
    expect(transactions).toEqual([
      { producerId: 2n, producerEpoch: 3, firstOffset: 2n, outcome: 'gone' },
      { producerId: 1n, producerEpoch: 3, firstOffset: 0n, outcome: 'reopened' },
    ])
  })
})

describe('a log whose records are deleted', () => {
  it('begins at the offset, and gives up segments that hold nothing else', async () => {
    const disk = await trimScene()
    const { plan, keptIn } = await trim(disk, 'delete-records', 7)
    expect(plan).toMatchObject({ records: 7, bytes: 1800, after: { logStartOffset: 7n } })
    expect(keptOffsets(disk, keptIn!)).toEqual([0n, 1n, 2n, 3n, 4n, 5n])
    const { log, isClean } = openTrimmed(disk)
    expect([log.logStartOffset, isClean]).toEqual([7n, true])
    expect(offsetsIn(log)).toEqual([6n, 7n, 8n, 9n])
  })

  it('counts the records of a batch that it begins in one by one', async () => {
    const disk = await trimScene(log => {
      for (let n = 0; n < 3; n++) log.append(newBatch({ count: 5 }), CLIENT)
    })
    expect((await trim(disk, 'delete-records', 7)).plan.records).toBe(7)
    expect((await trim(disk, 'delete-records', 11)).plan.records).toBe(4)
  })

  it('keeps what is not known to be committed', async () => {
    const disk = await trimScene(log => {
      log.append(newBatch({ count: 5 }), CLIENT)
      log.raiseHighWatermark(3n)
    })
    const act = trim(disk, 'delete-records', 4, { isOnlyReplica: () => false })
    await expect(act).rejects.toThrow(/larger than the high watermark 3: .*kafka-delete-records/)
    expect(openTrimmed(disk)).toMatchObject({ isClean: true, log: { logStartOffset: 0n } })
  })
})

describe('where nobody knows what is committed, it is said how to tell', () => {
  const unknown = { isOnlyReplica: () => undefined }

  it('of a partition that was copied alone', async () => {
    const disk = await trimScene()
    disk.remove(`${A}/replication-offset-checkpoint`)
    const refused = trim(disk, 'delete-records', 4, unknown)
    await expect(refused).rejects.toThrow(RefusedError)
    await expect(refused).rejects.toThrow(
      /watermark 0: .*put the replication-offset-checkpoint .*beside it, or give all log.dirs/,
    )
  })

  it('of one whose log.dir notes less', async () => {
    const disk = await trimScene(log => {
      log.append(newBatch({ count: 5 }), CLIENT)
      log.raiseHighWatermark(3n)
    })
    const refused = trim(disk, 'delete-records', 4, unknown)
    await expect(refused).rejects.toThrow(/watermark 3: give all log.dirs of its broker/)
    expect((await trim(disk, 'delete-records', 3, unknown)).plan.after.logStartOffset).toBe(3n)
  })
})

describe('what is refused', () => {
  it.each([['delete-records', 11, /^orders-0 has no offset 11: it ends at 10$/]] as const)(
    '%s %i, beyond the end: nothing is changed',
    async (action, offset, message) => {
      const disk = await trimScene()
      const before = contentsOf(disk)
      const refused = trim(disk, action, offset)
      await expect(refused).rejects.toThrow(RefusedError)
      await expect(refused).rejects.toThrow(message)
      expect(contentsOf(disk)).toEqual(before)
    },
  )

  it('an offset that is in a remote storage', async () => {
    const disk = await trimScene()
    for (const kind of ['log', 'index', 'timeindex']) {
      disk.remove(join(A, 'orders-0', `00000000000000000000.${kind}`))
    }
    const configOf = () => configWith({ segmentBytes: 1000, isRemote: true })
    await expect(trim(disk, 'truncate', 2, { configOf })).rejects.toThrow(
      "orders-0 can't be truncated to 2: what lies before 3 is in its remote storage",
    )
    const { plan } = await trim(disk, 'delete-records', 2, { configOf })
    expect(plan.after).toEqual({ logStartOffset: 2n, logEndOffset: 10n })
    expect(textOf(disk, A, 'log-start-offset-checkpoint')).toBe('0\n1\norders 0 2\n')
  })

  it('an offset below the start', async () => {
    const disk = await trimScene()
    await trim(disk, 'delete-records', 7)
    await expect(trim(disk, 'truncate', 6)).rejects.toThrow(
      "orders-0 can't be truncated to 6: it begins at 7",
    )
  })

  it.each(['/logs/a', '/logs/a/kept', '/logs/b/kept'])(
    'a copy in %s, over which a broker would not start',
    async backup => {
      const disk = await trimScene()
      await expect(trim(disk, 'truncate', 6, { backup })).rejects.toThrow(UsageError)
      expect(openTrimmed(disk)).toMatchObject({ isClean: true, log: { endOffset: 10n } })
    },
  )
})

it('a preview says what would be, and writes nothing', async () => {
  const disk = await trimScene()
  const before = contentsOf(disk)
  const shown = await trim(new OverlayDisk(disk), 'truncate', 4, { isPreview: true })
  expect(contentsOf(disk)).toEqual(before)
  const done = await trim(disk, 'truncate', 4)
  expect({ ...shown.plan, parts: [] }).toEqual({ ...done.plan, parts: [] })
  expect(shown.keptIn).toBe(done.keptIn)
})

it('a copy goes where it is wanted, and never over another', async () => {
  const disk = await trimScene()
  const backup = '/spare/kept'
  disk.put('/spare/x', Buffer.alloc(0))
  expect((await trim(disk, 'truncate', 9, { backup })).keptIn).toBe('/spare/kept/orders-0')
  expect((await trim(disk, 'truncate', 8, { backup })).keptIn).toBe('/spare/kept/orders-0.2')
  expect(keptOffsets(disk, '/spare/kept/orders-0')).toEqual([9n])
  expect(keptOffsets(disk, '/spare/kept/orders-0.2')).toEqual([8n])
})
