import { expect, test } from 'vitest'
import type { Disk } from '../../src/disk/disk.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { readOnly } from '../../src/disk/read-only-disk.ts'
import { failureOf } from './failure-of.ts'

function scene(): { disk: Disk; under: MemoryDisk } {
  const under = new MemoryDisk()
  under.put('/dir/a', Buffer.from('hello'))
  return { disk: readOnly(under), under }
}

test('a read-only disk reads', () => {
  const { disk } = scene()
  expect(disk.list('/dir')).toEqual([{ name: 'a', kind: 'file' }])
  expect(disk.status('/dir/a')).toMatchObject({ size: 5 })
  expect(disk.readWhole('/dir/a').toString()).toBe('hello')
  expect(disk.open('/dir/a').size()).toBe(5)
  expect(disk.space('/')).toBeUndefined()
  expect(() => disk.readWhole('/dir/a', 1)).toThrow('exceeds the limit of 1')
})

test.each<[string, (disk: Disk) => unknown]>([
  ['create', disk => disk.create('/dir/b')],
  ['rename', disk => disk.rename('/dir/a', '/dir/b')],
  ['link', disk => disk.link('/dir/a', '/dir/b')],
  ['remove', disk => disk.remove('/dir/a')],
  ['make directory', disk => disk.makeDirectory('/dir/d')],
  ['sync directory', disk => disk.syncDirectory('/dir')],
])('a read-only disk refuses to %s, and nothing changes', (op, act) => {
  const { disk, under } = scene()
  expect(failureOf(() => act(disk))).toMatchObject({ op, errno: 'EROFS' })
  expect(under.list('/dir')).toEqual([{ name: 'a', kind: 'file' }])
})

test('the message says that it is read-only', () => {
  expect(() => scene().disk.remove('/dir/a')).toThrow(
    'cannot remove /dir/a: the file system is mounted read-only (EROFS)',
  )
})
