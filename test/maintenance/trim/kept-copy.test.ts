import { expect, it } from 'vitest'
import { diskWith } from '../../../src/disk/disk-with.ts'
import type { Disk } from '../../../src/disk/disk.ts'
import { failing } from '../../log/failing-disk.ts'
import { keptOffsets, openTrimmed, trim, TRIMMED, trimScene } from './trim-scene.ts'

const COPY = `${TRIMMED.path}/kept-truncate-4-10`
const foldersIn = (disk: Disk) =>
  disk.list(TRIMMED.path).flatMap(({ name, kind }) => (kind === 'directory' ? [name] : []))

/** Nothing below the copy can be renamed: what the truncation begins with. */
async function interrupted() {
  const disk = await trimScene()
  const broken = failing(disk, { op: 'rename', below: `${TRIMMED.path}/0` })
  await expect(trim(broken, 'truncate', 4)).rejects.toThrow('EIO')
  return disk.crash()
}

it('is the one that is there, where an interruption left it whole', async () => {
  const disk = await interrupted()
  expect(foldersIn(disk)).toEqual(['kept-truncate-4-10'])
  expect((await trim(disk, 'truncate', 4)).keptIn).toBe(COPY)
  expect(foldersIn(disk)).toEqual(['kept-truncate-4-10'])
  expect(keptOffsets(disk, COPY)).toEqual([4n, 5n, 6n, 7n, 8n, 9n])
  expect(openTrimmed(disk).log.endOffset).toBe(4n)
})

it.each([
  ['other bytes', (file: Buffer) => file.fill(1, 100, 101)],
  ['fewer bytes', (file: Buffer) => file.subarray(0, -1)],
])('is a second one beside one with %s', async (_, change) => {
  const disk = await interrupted()
  const [first] = disk.list(COPY)
  const path = `${COPY}/${first!.name}`
  disk.put(path, Buffer.from(change(disk.readWhole(path))))
  expect((await trim(disk, 'truncate', 4)).keptIn).toBe(`${COPY}.2`)
  expect(keptOffsets(disk, `${COPY}.2`)).toEqual([4n, 5n, 6n, 7n, 8n, 9n])
})

const NO_ROOM =
  /cannot keep a copy in .*orders-0\/kept-truncate-4-10: .*--backup DIR .*--no-backup .*as it was/

it('says the way out where there is no room for it, and leaves all as it was', async () => {
  const disk = await trimScene()
  const full = diskWith(disk, {
    space: () => ({ totalBytes: 10_000n, freeBytes: 1799n, usableBytes: 1799n }),
  })
  const refused = trim(full, 'truncate', 4)
  await expect(refused).rejects.toThrow(NO_ROOM)
  await expect(refused).rejects.toThrow('1800 bytes are to be kept there, 1799 are free')
  expect(foldersIn(disk)).toEqual([])
  expect(openTrimmed(disk)).toMatchObject({ isClean: true, log: { endOffset: 10n } })
})

it('takes a piece of it away again where the room ends on the way', async () => {
  const disk = await trimScene()
  const full = failing(disk, { op: 'sync', below: `${COPY}/00000000000000000006`, errno: 'ENOSPC' })
  await expect(trim(full, 'truncate', 4)).rejects.toThrow(NO_ROOM)
  expect(foldersIn(disk)).toEqual([])
  expect(openTrimmed(disk)).toMatchObject({ isClean: true, log: { endOffset: 10n } })
})
