import { describe, expect, it } from 'vitest'
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

describe('a copy that was interrupted', () => {
  const PARTIAL = `${COPY}.partial`

  /** Its first file cannot be made durable. */
  async function half(backup?: string) {
    const disk = await trimScene()
    if (backup !== undefined) disk.put(`${backup}/x`, Buffer.alloc(0))
    const broken = failing(disk, { op: 'sync', below: backup ?? COPY })
    await expect(trim(broken, 'truncate', 4, { backup })).rejects.toThrow('EIO')
    return disk
  }

  it('tells so by its name, and gives way to the next one', async () => {
    const disk = await half()
    expect(foldersIn(disk)).toEqual(['kept-truncate-4-10.partial'])
    expect((await trim(disk, 'truncate', 4)).keptIn).toBe(COPY)
    expect(foldersIn(disk)).toEqual(['kept-truncate-4-10'])
    expect(keptOffsets(disk, COPY)).toEqual([4n, 5n, 6n, 7n, 8n, 9n])
  })

  it('leaves its room to the next one', async () => {
    const disk = await half()
    const held = disk.list(PARTIAL).reduce((sum, { name }) => {
      return sum + BigInt(disk.status(`${PARTIAL}/${name}`)!.allocated)
    }, 0n)
    expect(held).toBeGreaterThan(0n)
    const space = (usableBytes: bigint) =>
      diskWith(disk, { space: () => ({ totalBytes: 10_000n, freeBytes: 0n, usableBytes }) })
    await expect(trim(space(1799n - held), 'truncate', 4)).rejects.toThrow(NO_ROOM)
    expect((await trim(space(1800n - held), 'truncate', 4)).keptIn).toBe(COPY)
  })

  it('is left alone where another broker may be at it', async () => {
    const disk = await half('/spare')
    const left = disk.list('/spare/orders-0.partial')
    const { keptIn } = await trim(disk, 'truncate', 4, { backup: '/spare' })
    expect(keptIn).toBe('/spare/orders-0.2')
    expect(disk.list('/spare/orders-0.partial')).toEqual(left)
    expect(keptOffsets(disk, '/spare/orders-0.2')).toEqual([4n, 5n, 6n, 7n, 8n, 9n])
  })
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
  const full = failing(disk, {
    op: 'sync',
    below: `${COPY}.partial/00000000000000000006`,
    errno: 'ENOSPC',
  })
  await expect(trim(full, 'truncate', 4)).rejects.toThrow(NO_ROOM)
  expect(foldersIn(disk)).toEqual([])
  expect(openTrimmed(disk)).toMatchObject({ isClean: true, log: { endOffset: 10n } })
})
