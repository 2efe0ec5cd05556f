/** The broker of a node that is stopped, in its cluster: Kafka asks for it when it starts. */
import { beforeEach, describe, expect, it } from 'vitest'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { readCleanShutdown } from '../../src/log-dirs/clean-shutdown.ts'
import { clusterWriter } from '../../src/log-dirs/cluster-writer.ts'
import { formattedLogDir } from '../../src/log-dirs/formatted-log-dir.ts'
import { decodeMetadataRecord } from '../../src/metadata/metadata-records.ts'
import { batchesIn, pairsOf } from '../metadata/fixture-batches.ts'
import { runInProcess } from './run-in-process.ts'

const A = '/data/a'
const B = '/data/b'
const IDS = ['UvPNZ5O9ZGtm1N2KgtJI_g', 'JjJ538oGZlKxjF3PUg8BRQ']
const LOG = `${A}/__cluster_metadata-0/00000000000000000000.log`
const MARK = '.kafka_cleanshutdown'

let disk: MemoryDisk
beforeEach(() => {
  disk = new MemoryDisk()
  disk.makeDirectory('/data')
})

describe('a change of topics registers the broker as one that was shut down cleanly', () => {
  it('on log.dirs that it formats', async () => {
    await created('one', [A, B], '--node-id', '7')
    const [registered, ...others] = registrations()
    expect(others).toEqual([])
    expect(registered).toMatchObject({
      offset: 10n,
      value: { brokerId: 7, brokerEpoch: 10n, fenced: true },
    })
    expect(epochs()).toEqual([10n, 10n])
  })

  it('on log.dirs that Kafka formatted, and was never started on', async () => {
    for (const [i, path] of [A, B].entries()) format(path, IDS[i]!)
    await created('one', [A, B])
    expect(registrations()).toMatchObject([{ value: { brokerEpoch: 10n, logDirs: IDS } }])
    expect(epochs()).toEqual([10n, 10n])
  })

  it('durably', async () => {
    await created('one', [A, B])
    disk.syncDirectory('/')
    disk = disk.crash()
    expect(registrations()).toHaveLength(1)
    expect(epochs()).toEqual([10n, 10n])
  })

  it('once, and a log.dir that is added has the epoch of the others', async () => {
    await created('one', [A])
    await created('two', [A, B])
    expect(registrations()).toHaveLength(1)
    expect(epochs()).toEqual([10n, 10n])
  })

  it('but marks no log.dir that was left without a mark', async () => {
    await created('one', [A, B])
    disk.remove(`${B}/${MARK}`)
    await created('two', [A, B])
    expect(epochs()).toEqual([10n, undefined])
  })

  it('and no log.dir with partitions, where it comes to be registered only now', async () => {
    for (const [i, path] of [A, B].entries()) format(path, IDS[i]!)
    disk.makeDirectory(`${A}/__cluster_metadata-0`)
    disk.put(LOG, Buffer.alloc(0))
    disk.makeDirectory(`${B}/left-0`)
    await created('one', [A, B])
    expect(registrations()).toHaveLength(1)
    expect(epochs()).toEqual([10n, undefined])
  })
})

async function created(topic: string, paths: readonly string[], ...options: string[]) {
  const where = ['--log-dirs', paths.join(','), ...options]
  const writeCluster = clusterWriter({ disk, clock: { nowMs: () => 0 }, takesLocks: false })
  const args = ['topics', 'create', '--topic', topic, '--execute', ...where]
  const { stderr, exitCode } = await runInProcess(args, { disk, writeCluster })
  expect([exitCode, stderr]).toEqual([0, ''])
}

function format(path: string, directoryId: string): void {
  disk.makeDirectory(path)
  const identity = { clusterId: 'Zml4dHVyZXMta2Jyb2tlcg', nodeId: 1, directoryId }
  for (const { name, bytes } of formattedLogDir(identity, 0)) disk.put(`${path}/${name}`, bytes)
}

function registrations() {
  return batchesIn(disk.readWhole(LOG))
    .filter(({ isControl }) => !isControl)
    .flatMap(batch =>
      pairsOf(batch).map(({ value }, i) => ({
        offset: batch.baseOffset + BigInt(i),
        ...decodeMetadataRecord(value),
      })),
    )
    .filter(({ type }) => type === 'RegisterBrokerRecord')
}

function epochs(): (bigint | undefined)[] {
  return [A, B].map(path => {
    const file = `${path}/${MARK}`
    if (disk.status(file) === undefined) return undefined
    return readCleanShutdown(disk.readWhole(file), file).brokerEpoch
  })
}
