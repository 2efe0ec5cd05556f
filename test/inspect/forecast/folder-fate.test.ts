import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeDisk } from '../../../src/disk/node-disk.ts'
import {
  folderFates,
  type MetadataPlace,
  servesLater,
} from '../../../src/inspect/forecast/folder-fate.ts'
import { readClusterHere } from '../../../src/inspect/topics/cluster-here.ts'
import { startFindings } from '../../../src/inspect/verify/start-findings.ts'
import { FIXTURES } from '../fixture-partitions.ts'

const FUTURE = 'orders-1.0123456789abcdef0123456789abcdef-future'
const METADATA = 'partition.metadata'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kbroker-fate-'))
  cpSync(join(FIXTURES, 'clean-4.3'), folder, { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true }))

const at = (path: string) => join(folder, path)
const copy = (from: string, to: string) => cpSync(at(from), at(to), { recursive: true })
const cluster = () =>
  readClusterHere(nodeDisk, [at('a'), at('b')], {
    limits: { batchBytesMax: 2 ** 24 },
    notice: () => undefined,
    problem: message => {
      throw new Error(message)
    },
  })
/** By where the folder lies. */
const fates = (place: MetadataPlace = 'these-log-dirs') => {
  const found = folderFates(nodeDisk, cluster(), place)
  return Object.fromEntries(
    [...found].map(([{ path }, fate]) => [path.slice(folder.length + 1), fate]),
  )
}

describe('what a start makes of a folder', () => {
  it('leaves what the cluster knows as it is', () => expect(fates()).toEqual({}))

  it('one without its topic id is put aside, one of an unknown topic too', () => {
    rmSync(at(`a/orders-1/${METADATA}`))
    writeFileSync(at(`a/big-0/${METADATA}`), 'version: 0\ntopic_id: RlBCWHx6SVGREj681rKCGQ')
    expect(fates()).toEqual({
      'a/orders-1': { kind: 'stray', why: 'no-topic-id' },
      'a/big-0': { kind: 'stray', why: 'unknown-topic-id' },
    })
  })

  it('the id decides, not the name', () => {
    copy('a/orders-1', 'b/orders-7')
    copy('a/orders-1', 'b/ghost-1')
    expect(fates()).toEqual({
      'b/orders-7': { kind: 'stray', why: 'no-such-partition' },
      'b/ghost-1': { kind: 'unserved', idOf: 'orders' },
    })
  })

  it('one that no replica of the node is in is put aside', () => {
    for (const dir of ['a', 'b']) {
      const meta = nodeDisk.readWhole(at(`${dir}/meta.properties`)).toString()
      writeFileSync(at(`${dir}/meta.properties`), meta.replace('node.id=1', 'node.id=2'))
    }
    expect(fates()).toMatchObject({ 'a/big-0': { kind: 'stray', why: 'no-replica' } })
  })

  it('a copy that lies where the cluster has the partition takes its place', () => {
    renameSync(at('a/orders-1'), at('b/orders-1'))
    copy('b/orders-1', `a/${FUTURE}`)
    expect(fates()).toEqual({
      'b/orders-1': { kind: 'replaced', by: at(`a/${FUTURE}`) },
      [`a/${FUTURE}`]: { kind: 'promoted' },
    })
  })

  it('a copy elsewhere goes on being moved', () => {
    copy('a/orders-1', `b/${FUTURE}`)
    expect(fates()).toEqual({ [`b/${FUTURE}`]: { kind: 'moving', from: at('a/orders-1') } })
    expect(fates('elsewhere')).toEqual(fates())
  })

  it('a copy of what is put aside, or lies nowhere, is moved no more', () => {
    copy('a/orders-1', `b/${FUTURE}`)
    rmSync(at(`a/orders-1/${METADATA}`))
    expect(fates()).toEqual({ 'a/orders-1': { kind: 'stray', why: 'no-topic-id' } })
    rmSync(at('a/orders-1'), { recursive: true })
    expect(fates()).toEqual({})
  })

  it('without the metadata log all are put aside, unless that lies elsewhere', () => {
    rmSync(at('a/__cluster_metadata-0'), { recursive: true })
    const found = fates()
    expect(found['a/orders-1']).toEqual({ kind: 'stray', why: 'no-metadata-log' })
    expect(Object.keys(found)).toHaveLength(12)
    expect(fates('unknown')['a/orders-1']).toEqual({ kind: 'stray', why: 'metadata-unknown' })
    expect(fates('elsewhere')).toEqual({})
  })

  it('what is put aside, and what is deleted, serves nobody later', () => {
    const [live] = cluster().logDirs[1]!.partitions
    expect(servesLater(live!, undefined)).toBe(true)
    expect(servesLater(live!, { kind: 'stray', why: 'no-topic-id' })).toBe(false)
    expect(servesLater(live!, { kind: 'replaced', by: 'a' })).toBe(false)
    expect(servesLater(live!, { kind: 'stray', why: 'no-metadata-log' })).toBe(false)
    expect(servesLater(live!, { kind: 'stray', why: 'metadata-unknown' })).toBe(true)
  })
})

describe('what a broker does not start over', () => {
  const kinds = (setAside: readonly string[] = []) => {
    const { logDirs } = cluster()
    return startFindings(logDirs, ({ path }) => setAside.includes(path)).map(({ kind }) => kind)
  }

  it.each([
    ['a folder that is no partition', () => mkdirSync(at('b/lost+stuff')), 'folder-name'],
    [
      'the identity of another log.dir',
      () => copy('a/meta.properties', 'b/meta.properties'),
      'directory-id',
    ],
    ['no meta.properties', () => rmSync(at('b/meta.properties')), 'meta-properties-missing'],
    ['a partition twice', () => copy('a/big-0', 'b/big-0'), 'partition-twice'],
  ])('%s', (_, harm, kind) => {
    expect(kinds()).toEqual([])
    harm()
    expect(kinds()).toEqual([kind])
  })

  it('a second folder that is put aside is no harm', () => {
    copy('a/big-0', 'b/big-0')
    expect(kinds([at('b/big-0')])).toEqual([])
  })
})
