import fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { nodeDisk } from '../../../src/disk/node-disk.ts'
import {
  recoveryLagOf,
  topicTotals,
  totalsOf,
} from '../../../src/inspect/log-dir-accounts/account-totals.ts'
import { asKafkaDescribes } from '../../../src/inspect/log-dir-accounts/kafka-log-dirs.ts'
import {
  accountForLogDir,
  type LogDirAccount,
} from '../../../src/inspect/log-dir-accounts/log-dir-account.ts'
import { FIXTURES, logDirsOf } from '../fixture-partitions.ts'

const limits = DEFAULT_DECODE_LIMITS

function accountsOf(fixture: string): LogDirAccount[] {
  return logDirsOf(fixture).map(path => accountForLogDir(nodeDisk, path, { limits }))
}

interface KafkaDescription {
  readonly brokers: readonly {
    readonly logDirs: readonly {
      readonly logDir: string
      readonly partitions: readonly { readonly partition: string; readonly size: number }[]
    }[]
  }[]
}

describe('the account of a log.dir', () => {
  it('has the sizes that kafka-log-dirs told while the broker ran', () => {
    const path = join(FIXTURES, 'clean-4.3/expected/log-dirs.json')
    const { brokers } = JSON.parse(fs.readFileSync(path, 'utf8')) as KafkaDescription
    const expected = brokers.flatMap(({ logDirs }) =>
      logDirs.flatMap(({ logDir, partitions }) =>
        partitions.map(({ partition, size }) => `${logDir} ${partition} ${size}`),
      ),
    )
    const actual = asKafkaDescribes(accountsOf('clean-4.3'), []).flatMap(({ path, replicas }) =>
      replicas.map(({ topic, partition, size }) => {
        return `${path.replace(join(FIXTURES, 'clean-4.3'), '{ROOT}')} ${topic}-${partition} ${size}`
      }),
    )
    expect(actual.sort()).toEqual(expected.sort())
  })

  it('tells how a broker left the directory', () => {
    expect(accountsOf('clean-4.3').map(({ state }) => state)).toEqual(['clean', 'clean'])
    expect(accountsOf('killed-4.3').map(({ state }) => state)).toEqual(['unclean', 'unclean'])
    const disk = new MemoryDisk()
    disk.put('/d/.lock', Buffer.alloc(0))
    const stateWith = (holder: { pid: number } | 'unknown' | undefined) =>
      accountForLogDir(disk, '/d', { limits, askLock: () => holder }).state
    expect(stateWith({ pid: 7 })).toBe('live')
    expect(stateWith('unknown')).toBe('unknown')
    expect(stateWith(undefined)).toBe('unclean')
  })

  it('tells what a broker would re-read after a crash', () => {
    const [a] = accountsOf('killed-4.3')
    const events = a!.partitions.find(({ topic }) => topic === 'events')!
    expect(events).toMatchObject({ recoveryPoint: 114n, logEndOffset: 118n, recoveryBytes: 425 })
    expect(recoveryLagOf(events)).toBe(4n)
  })

  it('finds what lies about', () => {
    const leftovers = accountsOf('killed-4.3').flatMap(account => account.leftovers)
    expect(leftovers.map(({ path, why }) => `${why} ${path.slice(FIXTURES.length)}`)).toEqual([
      'deleted /killed-4.3/a/expired-0/00000000000000000000.index.deleted',
      'deleted /killed-4.3/a/expired-0/00000000000000000000.log.deleted',
      'deleted /killed-4.3/a/expired-0/00000000000000000000.timeindex.deleted',
      'deleted-partition /killed-4.3/a/gone-0.bbfbd4399a8f419eacce0c4f61d65adc-delete',
    ])
    const disk = new MemoryDisk()
    disk.put('/d/lost+found/x', Buffer.alloc(3))
    disk.put('/d/recovery-point-offset-checkpoint.tmp', Buffer.alloc(2))
    const account = accountForLogDir(disk, '/d', { limits, askLock: () => undefined })
    expect(account.leftovers).toEqual([
      { path: '/d/lost+found', why: 'stranger', bytes: 3 },
      { path: '/d/recovery-point-offset-checkpoint.tmp', why: 'temporary', bytes: 2 },
    ])
  })

  it('counts a partition that is being moved by how far it is behind', () => {
    const moving = asKafkaDescribes(accountsOf('killed-4.3'), [])
      .flatMap(({ replicas }) => replicas)
      .filter(({ topic }) => topic === 'moving')
    expect(moving).toEqual([
      { topic: 'moving', partition: 0, size: 918, offsetLag: 68n, isFuture: true },
      { topic: 'moving', partition: 0, size: 6180, offsetLag: 0n, isFuture: false },
    ])
    const alone = asKafkaDescribes(accountsOf('killed-4.3').slice(0, 1), [])
    const future = alone.flatMap(({ replicas }) => replicas).find(({ isFuture }) => isFuture)
    expect(future?.offsetLag).toBe(-1n)
  })

  it('leaves out topics that are not asked for', () => {
    const path = join(FIXTURES, 'clean-4.3/a')
    const account = accountForLogDir(nodeDisk, path, { limits, topics: new Set(['big']) })
    expect(account.partitions.map(({ topic }) => topic)).toEqual(['big'])
  })
})

describe('totals', () => {
  it('tell how unevenly the log.dirs of one broker are filled', () => {
    const [a, b] = totalsOf(accountsOf('clean-4.3'))
    expect(a!.skew).toBeCloseTo((2 * a!.logBytes) / (a!.logBytes + b!.logBytes) - 1)
    expect(a!.skew! + b!.skew!).toBeCloseTo(0)
    expect(totalsOf(accountsOf('transactions-4.3'))[0]!.skew).toBeUndefined()
  })

  it('add up the partitions of a topic, wherever they are', () => {
    const orders = topicTotals(accountsOf('clean-4.3')).find(({ topic }) => topic === 'orders')
    expect(orders).toMatchObject({ partitionCount: 3, logBytes: 6814 + 6851 + 8575 })
  })
})
