import { describe, expect, it } from 'vitest'
import { DiskError, UsageError } from '../../src/base/errors.ts'
import { expandLogDirs, resolveTargets } from '../../src/cli/targets.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'

const LOG = '00000000000000000000.log'

function diskOf(...paths: string[]): MemoryDisk {
  const disk = new MemoryDisk()
  for (const path of paths) disk.put(path, Buffer.alloc(1))
  return disk
}

const disk = diskOf(
  '/d/a/meta.properties',
  `/d/a/orders-0/${LOG}`,
  `/d/a/orders-10/${LOG}`,
  `/d/a/orders-2/${LOG}`,
  `/d/a/gone-0.0123abc-delete/${LOG}`,
  '/d/b/meta.properties',
  `/d/b/orders-1/${LOG}`,
  `/d/b/twin-1/${LOG}`,
  `/d/b/twin-1-0/${LOG}`,
  `/d/data-0/paid-0/${LOG}`,
  `/d/copy/${LOG}`,
  '/d/notes/readme.txt',
)
const logDirs = ['/d/a', '/d/b']

async function pathsOf(words: string[], dirs: string[] = []): Promise<string[]> {
  const targets = await resolveTargets(words, { disk, logDirs: dirs, workingDirectory: '/d' })
  return targets.map(({ kind, path }) => `${kind} ${path}`)
}

describe('targets of a command line', () => {
  it('finds a topic in all log.dirs, partitions by number', async () => {
    expect(await pathsOf(['orders'], logDirs)).toEqual([
      'partition /d/a/orders-0',
      'partition /d/a/orders-2',
      'partition /d/a/orders-10',
      'partition /d/b/orders-1',
    ])
  })

  it('finds one partition by topic-partition', async () => {
    const [target] = await resolveTargets(['orders-1'], { disk, logDirs, workingDirectory: '/' })
    expect(target).toEqual({
      kind: 'partition',
      path: '/d/b/orders-1',
      name: 'orders-1',
      topic: 'orders',
      partition: 1,
      state: 'live',
      logDir: '/d/b',
    })
  })

  it('tells files, partition folders and log.dirs by what they hold', async () => {
    const words = ['/d/a', '/d/data-0', '/d/copy', '/d/a/orders-0', `/d/copy/${LOG}`]
    expect(await pathsOf(words)).toEqual([
      'log-dir /d/a',
      'log-dir /d/data-0',
      'partition /d/copy',
      'partition /d/a/orders-0',
      `file /d/copy/${LOG}`,
    ])
  })

  it('expands patterns, sorted, each match once', async () => {
    expect(await pathsOf(['/d/*/orders-{1,2}', '/d/a/orders-2'])).toEqual([
      'partition /d/a/orders-2',
      'partition /d/b/orders-1',
    ])
    expect(await pathsOf([`/d/**/paid-*/*.log`])).toEqual([`file /d/data-0/paid-0/${LOG}`])
  })

  it('takes all log.dirs where no word is given, and nothing where there are none', async () => {
    expect(await pathsOf([], logDirs)).toEqual(['log-dir /d/a', 'log-dir /d/b'])
    expect(await pathsOf([])).toEqual([])
  })

  it('puts partition folders of any state in the place of a log.dir', async () => {
    const targets = await resolveTargets(['/d/a', '/d/a/orders-0'], {
      disk,
      logDirs: [],
      workingDirectory: '/',
    })
    expect(expandLogDirs(targets, disk).map(({ path }) => path)).toEqual([
      '/d/a/gone-0.0123abc-delete',
      '/d/a/orders-0',
      '/d/a/orders-10',
      '/d/a/orders-2',
    ])
  })

  it('refuses a name that is a topic and a partition of another topic', async () => {
    await expect(pathsOf(['twin-1'], logDirs)).rejects.toThrow(
      'twin-1 is a topic, and a partition of another one, too; give the path of what you mean: ' +
        '/d/b/twin-1-0 or /d/b/twin-1',
    )
  })

  it('says where it looked for what it did not find', async () => {
    await expect(pathsOf(['nosuch'], logDirs)).rejects.toThrow(
      new UsageError('no topic or partition nosuch in /d/a, /d/b, and no file by that name'),
    )
    await expect(pathsOf(['nosuch'])).rejects.toThrow(/--log-dirs DIR/)
    await expect(pathsOf(['/d/nosuch'])).rejects.toThrow(DiskError)
    await expect(pathsOf([], ['/d/nosuch'])).rejects.toThrow('cannot open /d/nosuch')
    await expect(pathsOf(['/d/x*'])).rejects.toThrow('no file or folder matches /d/x*')
    await expect(pathsOf(['/d/notes'])).rejects.toThrow(UsageError)
    await expect(pathsOf([''])).rejects.toThrow(UsageError)
  })
})
