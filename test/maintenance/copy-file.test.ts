import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MEBIBYTE } from '../../src/base/limits.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { checksumOf, COPY_WINDOW_SIZE, copyFile } from '../../src/maintenance/copy-file.ts'
import { scratchDirectory } from '../disk/scratch.ts'

const scratch = scratchDirectory()
const TEN_MEBIBYTES = 10 * MEBIBYTE

describe('a copy', () => {
  it('has holes where the file has them', () => {
    const path = join(scratch, 'index')
    const file = nodeDisk.create(path)
    file.write(Buffer.from('an entry'), 0)
    file.write(Buffer.from('another'), 5 * MEBIBYTE)
    file.truncate(TEN_MEBIBYTES)
    file.close()
    const to = join(scratch, 'copy')
    const bytes = { disk: nodeDisk, path, size: TEN_MEBIBYTES }
    expect(copyFile(bytes, { disk: nodeDisk, path: to })).toBe(checksumOf(bytes))
    expect(
      nodeDisk.readWhole(to, TEN_MEBIBYTES).equals(nodeDisk.readWhole(path, TEN_MEBIBYTES)),
    ).toBe(true)
    expect(nodeDisk.status(to)).toMatchObject({ size: TEN_MEBIBYTES })
    expect(nodeDisk.status(to)!.allocated).toBeLessThan(MEBIBYTE)
  })

  const shapes: [string, Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['a zero', Buffer.alloc(1)],
    ['zeros', Buffer.alloc(COPY_WINDOW_SIZE + 5)],
    ['a byte behind zeros', Buffer.concat([Buffer.alloc(COPY_WINDOW_SIZE + 4096), Buffer.of(1)])],
    ['zeros behind a byte', Buffer.concat([Buffer.of(1), Buffer.alloc(2 * COPY_WINDOW_SIZE)])],
    ['zeros between', Buffer.concat([Buffer.of(1), Buffer.alloc(300_000), Buffer.of(1, 0, 0)])],
  ]
  it.each(shapes)('of %s is durable, whole', (_, content) => {
    const disk = new MemoryDisk()
    disk.put('/file', content)
    copyFile({ disk, path: '/file', size: content.length }, { disk, path: '/copy' })
    disk.syncDirectory('/')
    expect(disk.crash().readWhole('/copy').equals(content)).toBe(true)
  })
})
