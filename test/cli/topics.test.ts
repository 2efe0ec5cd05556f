import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { clusterWriter } from '../../src/log-dirs/cluster-writer.ts'
import { metadataBatch } from '../../src/metadata/metadata-batches.ts'
import { newRecord } from '../../src/metadata/new-record.ts'
import { FIXTURES } from '../inspect/fixture-partitions.ts'
import { runInProcess, type CommandResult } from './run-in-process.ts'

describe('topics, on log.dirs in memory', () => {
  let disk: MemoryDisk
  const dirs = ['--log-dirs', '/data/a,/data/b']
  const topics = (...args: string[]) =>
    runInProcess(['topics', ...args], {
      disk,
      writeCluster: clusterWriter({ disk, clock: { nowMs: () => 0 }, takesLocks: false }),
    })

  beforeEach(() => {
    disk = new MemoryDisk()
    disk.makeDirectory('/data')
  })

  it('makes one on log.dirs that are not there yet, and finds it again', async () => {
    const made = await topics(
      'create',
      '--topic',
      'orders',
      '--partitions',
      '3',
      ...dirs,
      '--execute',
    )
    expect(made).toMatchObject({ stdout: 'Created topic orders.\n', stderr: '', exitCode: 0 })
    expect((await topics('list', ...dirs)).stdout).toBe('orders\n')
    const { partitions } = await described('orders')
    expect(partitions.map(({ logDirs }) => logDirs[0]?.logDir)).toEqual([
      '/data/a',
      '/data/b',
      '/data/a',
    ])
    expect(partitions.map(({ leader }) => leader)).toEqual([null, null, null])
  })

  it('has done all of it durably when it says so', async () => {
    await topics('create', '--topic', 'orders', ...dirs, '--execute')
    disk.syncDirectory('/')
    disk = disk.crash()
    expect((await topics('list', ...dirs)).stdout).toBe('orders\n')
  })

  it('only shows a change without --execute', async () => {
    const { stdout, stderr } = await topics('create', '--topic', 'orders', ...dirs)
    expect(stdout).toContain(
      '  partition 0 in /data/a\nformat /data/a\nformat /data/b\nappend 2 records to ',
    )
    expect(stderr).toBe('kbroker: nothing was written; --execute does it\n')
    expect(disk.list('/data')).toEqual([])
  })

  it('formats a log.dir that is added as those of the same node', async () => {
    await topics('create', '--topic', 'one', '--log-dirs', '/data/a', '--node-id', '7', '--execute')
    await topics('create', '--topic', 'two', '--partitions', '3', ...dirs, '--execute')
    const { partitions } = await described('two')
    expect(partitions.map(({ logDirs }) => [logDirs[0]?.broker, logDirs[0]?.logDir])).toEqual([
      [7, '/data/b'],
      [7, '/data/a'],
      [7, '/data/b'],
    ])
    const other = await topics('create', '--topic', 'x', ...dirs, '--node-id', '8')
    expect(other).toMatchObject({
      exitCode: 2,
      stderr: 'kbroker: --node-id 8: the log.dirs are of node 7\n',
    })
  })

  it('goes by the file of the broker: whose log.dirs, which, and what they default to', async () => {
    const file = 'node.id=7\nlog.dirs=/data/a,/data/b\nlog.roll.hours=1\nsegment.bytes=1\n'
    disk.put('/server.properties', Buffer.from(file))
    const byFile = ['--broker-config', '/server.properties']
    await topics('create', '--topic', 'orders', '--partitions', '2', ...byFile, '--execute')
    expect((await topics('list', ...dirs)).stdout).toBe('orders\n')
    expect((await described('orders')).partitions[0]!.logDirs[0]!.broker).toBe(7)
    const { stdout } = await topics('describe', '--topic', 'orders', '--json', ...byFile)
    expect(JSON.parse(stdout)).toMatchObject({
      configs: [
        { name: 'min.insync.replicas', value: '1', source: 'all-brokers' },
        { name: 'segment.ms', value: '3600000', source: 'file' },
      ],
    })
    const elsewhere = ['--log-dirs', '/data/c', ...byFile]
    expect((await topics('create', '--topic', 'x', ...elsewhere)).stdout).toContain('in /data/c')
  })

  it('deletes one with its folders, and can make it again at once', async () => {
    await topics('create', '--topic', 'orders', ...dirs, '--execute')
    disk.makeDirectory('/data/a/orders-0')
    disk.makeDirectory('/data/a/orders-1-0')
    const gone = await topics('delete', '--topic', 'orders', ...dirs, '--execute')
    expect(gone).toMatchObject({ stdout: 'Deleted topic orders.\n', exitCode: 0 })
    expect((await topics('list', ...dirs)).stdout).toBe('')
    const names = disk.list('/data/a').map(({ name }) => name)
    expect(names.filter(name => name.startsWith('orders'))).toEqual([
      expect.stringMatching(/^orders-0\.[0-9a-f]{32}-delete$/),
      'orders-1-0',
    ])
    const again = await topics('create', '--topic', 'orders', ...dirs, '--execute')
    expect(again.exitCode).toBe(0)
  })

  it('refuses one whose folder is there, as a broker would put it aside', async () => {
    await topics('create', '--topic', 'one', ...dirs, '--execute')
    disk.makeDirectory('/data/b/orders-0')
    const { stderr, exitCode } = await topics('create', '--topic', 'orders', ...dirs)
    expect(exitCode).toBe(1)
    expect(stderr).toBe(
      "kbroker: /data/b/orders-0 is there, of a topic that the cluster doesn't know: move it away\n",
    )
  })

  it.each([
    [['create', '--topic', 'orders'], 1, "Topic 'orders' already exists."],
    [['create', '--topic', 'orders', '--if-not-exists'], 0, ''],
    [['delete', '--topic', 'other'], 1, "Topic 'other' does not exist as expected"],
    [['delete', '--topic', 'other', '--if-exists'], 0, ''],
    [['describe', '--topic', 'other'], 1, "Topic 'other' does not exist as expected"],
    [['describe', '--topic', 'other', '--if-exists'], 0, ''],
    [['list', '--topic', 'other'], 0, ''],
    [['create', '--topic', '__cluster_metadata'], 1, 'internal topic __cluster_metadata is prohib'],
    [['delete', '--topic', '__cluster_metadata'], 1, 'does not exist as expected'],
    [['create', '--topic', 'x', '--config', 'retention.ms=y'], 1, 'Invalid value y for'],
    [['create', '--topic', 'x', '--config', 'retention.ms'], 2, 'expected name=value'],
    [['create', '--topic', 'x', '--config', 'a=1', '--config', 'a=2'], 2, 'more than once'],
    [['create', '--topic', 'x', '--partitions', '0'], 2, 'must be 1 or more'],
    [['create', '--topic', 'x', '--if-exists'], 2, '--if-exists goes with describe and delete'],
    [['list', '--execute'], 2, '--execute goes with create and delete, not with list'],
    [['describe', '--topic', '('], 2, 'is no regular expression'],
    [['create'], 2, 'give --topic'],
    [['alter', '--topic', 'x'], 2, 'Allowed choices are create, list, describe, delete.'],
  ])('answers %j', async (args, exitCode, message) => {
    await topics('create', '--topic', 'orders', ...dirs, '--execute')
    const result = await topics(...args, ...dirs)
    expect(result.exitCode).toBe(exitCode)
    expect(result.stderr).toContain(message)
    if (message === '') expect(result).toMatchObject({ stdout: '', stderr: '' })
  })

  it('lists what matches a regular expression, or one of several', async () => {
    for (const name of ['orders', 'orders-eu', 'payments', '__consumer_offsets']) {
      await topics('create', '--topic', name, ...dirs, '--execute')
    }
    const listed = async (...args: string[]) =>
      (await topics('list', ...args, ...dirs)).stdout.split('\n')
    expect(await listed('--topic', 'orders')).toEqual(['orders', ''])
    expect(await listed('--topic', 'orders.*, pay.*')).toEqual([
      'orders',
      'orders-eu',
      'payments',
      '',
    ])
    expect(await listed('--exclude-internal')).toEqual(['orders', 'orders-eu', 'payments', ''])
  })

  it('aborts a transaction that the log ends in, before its own records', async () => {
    await topics('create', '--topic', 'one', ...dirs, '--execute')
    const open = metadataBatch(
      [newRecord('BeginTransactionRecord', {}), newRecord('TopicRecord', { name: 'never' })],
      { leaderEpoch: 1, timestamp: 0n, baseOffset: 13n },
    )
    disk.put('/data/a/__cluster_metadata-0/00000000000000000013.log', open)
    await topics('create', '--topic', 'two', ...dirs, '--execute')
    expect((await topics('list', ...dirs)).stdout).toBe('one\ntwo\n')
  })

  interface Described {
    readonly partitions: readonly {
      readonly leader: number | null
      readonly logDirs: readonly { readonly broker: number; readonly logDir: string | null }[]
    }[]
  }

  async function described(topic: string): Promise<Described> {
    const { stdout } = await topics('describe', '--topic', topic, '--json', ...dirs)
    return JSON.parse(stdout) as Described
  }
})

describe('topics, on log.dirs of a real Kafka', () => {
  let folder: string
  let dirs: string[]
  const topics = (...args: string[]): Promise<CommandResult> =>
    runInProcess(['topics', ...args, '--log-dirs', dirs.join(',')])

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'topics-test-'))
  })
  afterEach(() => {
    process.chdir('/')
    rmSync(folder, { recursive: true, force: true })
  })

  function copyOf(fixture: string, ...names: string[]): void {
    dirs = names.map(name => join(folder, name))
    for (const name of names) {
      cpSync(join(FIXTURES, fixture, name), join(folder, name), { recursive: true })
    }
  }

  it.each([
    ['clean-4.3', ['a', 'b']],
    ['internal-4.3', ['log']],
    ['kraft-dynamic-4.3', ['log']],
    ['segments-3.9', ['log']],
  ])('makes one and deletes it again: %s', async (fixture, names) => {
    copyOf(fixture, ...names)
    const before = (await topics('list')).stdout
    expect((await topics('create', '--topic', 'new', '--execute')).exitCode).toBe(0)
    expect((await topics('list')).stdout.split('\n')).toContain('new')
    expect((await topics('delete', '--topic', 'new', '--execute')).exitCode).toBe(0)
    expect((await topics('list')).stdout).toBe(before)
  })

  it.each<[string, string[], string]>([
    ['legacy-0.9', ['log'], 'is of a broker under ZooKeeper'],
    ['killed-4.3', ['a'], 'but __cluster_metadata-0 is not here: give all log.dirs of the node'],
  ])('refuses %s %j', async (fixture, names, why) => {
    copyOf(fixture, ...names)
    const { stderr, exitCode } = await topics('create', '--topic', 'new', '--execute')
    expect(stderr).toContain(why)
    expect(exitCode).toBe(1)
  })
})
