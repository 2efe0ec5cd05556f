import { expect, it } from 'vitest'
import { maintainedPartitions } from '../../src/cli/maintained-partitions.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'

const LOG = '00000000000000000000.log'
const disk = new MemoryDisk()
for (const path of [
  '/d/a/meta.properties',
  `/d/a/orders-0/${LOG}`,
  `/d/a/gone-0.0123456789abcdef0123456789abcdef-delete/${LOG}`,
  '/d/b/meta.properties',
  `/d/b/orders-1/${LOG}`,
  `/d/aside/orders-7/${LOG}`,
  `/d/copy/${LOG}`,
]) {
  disk.put(path, Buffer.alloc(1))
}
const context = { disk, environment: {}, workingDirectory: '/d' }
const both = { logDirs: ['/d/a', '/d/b'] }

it('knows the log.dir of each partition, whether it was named by its topic or by its path', async () => {
  const { partitions, logDirs } = await maintainedPartitions(
    ['orders', '/d/a/orders-0'],
    both,
    context,
  )
  expect(logDirs).toEqual(['/d/a', '/d/b'])
  expect(partitions.map(({ name, logDir }) => [name, logDir])).toEqual([
    ['orders-0', '/d/a'],
    ['orders-1', '/d/b'],
  ])
  const alone = await maintainedPartitions(['/d/a/orders-0'], {}, context)
  expect(alone.logDirs).toEqual(['/d/a'])
})

it('takes all that serve in a log.dir, and what waits for its deletion by its path alone', async () => {
  const gone = '/d/a/gone-0.0123456789abcdef0123456789abcdef-delete'
  const ofDir = await maintainedPartitions(['/d/a'], {}, context)
  expect(ofDir.partitions.map(({ name }) => name)).toEqual(['orders-0'])
  const named = await maintainedPartitions([gone], {}, context)
  expect(named.partitions[0]).toMatchObject({ topic: 'gone', logDir: '/d/a' })
})

it('takes the folder above for the log.dir of a copy that was made aside', async () => {
  const { partitions, logDirs } = await maintainedPartitions(['/d/aside/orders-7'], {}, context)
  expect(logDirs).toEqual(['/d/aside'])
  const path = '/d/aside/orders-7'
  expect(partitions).toEqual([
    { path, name: 'orders-7', topic: 'orders', partition: 7, logDir: '/d/aside' },
  ])
})

it('refuses a file, a folder whose name tells no partition, and nothing at all', async () => {
  const take = (words: string[]) => maintainedPartitions(words, {}, context)
  await expect(take([`/d/a/orders-0/${LOG}`])).rejects.toThrow('give the folder of its partition')
  await expect(take(['/d/copy'])).rejects.toThrow("the folder's name tells no topic and partition")
  await expect(take([])).rejects.toThrow('nothing to work on')
})
