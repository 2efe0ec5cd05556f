import { describe, expect, it } from 'vitest'
import { coverOf } from '../../src/cli/covered-targets.ts'
import { scannedPartitions } from '../../src/cli/scanned-partitions.ts'
import { resolveTargets } from '../../src/cli/targets.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { runInProcess } from './run-in-process.ts'
import { fixturePath } from '../log/fixture.ts'
import { DEFAULT_DECODE_LIMITS } from '../../src/base/limits.ts'

const LOG = '00000000000000000000.log'
const disk = new MemoryDisk()
for (const path of [
  '/d/a/meta.properties',
  `/d/a/orders-0/${LOG}`,
  `/d/a/orders-0/${LOG}.deleted`,
  '/d/a/orders-0/00000000000000000000.index',
  `/d/a/gone-0.0123abc-delete/${LOG}`,
  `/d/copy/${LOG}`,
]) {
  disk.put(path, Buffer.alloc(0))
}
const sources = { disk, logDirs: [], workingDirectory: '/d' }

async function uncovered(...words: string[]): Promise<string[]> {
  const targets = await resolveTargets(words, sources)
  const isCovered = coverOf(targets, sources)
  return targets.filter(target => !isCovered(target)).map(({ path }) => path)
}

describe('targets that lie in other targets', () => {
  it('takes the files of a partition, and the partitions and files of a log.dir, once', async () => {
    expect(await uncovered('/d/**')).toEqual(['/d/a', '/d/a/gone-0.0123abc-delete', '/d/copy'])
  })

  it('knows a folder by what it is, not by how it is written', async () => {
    expect(await uncovered('/d/a/', `/d/copy/../a/./orders-0/${LOG}`)).toEqual(['/d/a/'])
    expect(await uncovered(`/d/copy/${LOG}`, '/d/./copy')).toEqual(['/d/./copy'])
  })

  it('leaves alone what nothing else holds', async () => {
    const words = [`/d/copy/${LOG}`, '/d/a/orders-0']
    expect(await uncovered(...words)).toEqual(words)
  })

  it('scans each segment once, and a log that was set aside where it was named', async () => {
    const targets = await resolveTargets(['/d/a', '/d/a/orders-0/**', '/d/./a/orders-0'], sources)
    const limits = DEFAULT_DECODE_LIMITS
    const partitions = scannedPartitions(targets, { ...sources, limits })
    const names = partitions.map(({ segments }) => segments.map(({ log }) => log.name))
    expect(names).toEqual([[LOG, `${LOG}.deleted`]])
  })
})

describe('a pattern that meets everything twice', () => {
  const workingDirectory = fixturePath('transactions-4.3')

  it('verifies, dumps, and tells the offsets of everything once', async () => {
    for (const command of ['verify', 'dump', 'offsets']) {
      const once = await runInProcess([command, 'log', '--json'], { workingDirectory })
      const twice = await runInProcess([command, 'log', './log/ledger-*', '--json'], {
        workingDirectory,
      })
      expect(linesOf(twice.stdout), command).toEqual(linesOf(once.stdout))
    }
    const { stdout } = await runInProcess(['verify', 'log*/**', 'log'], { workingDirectory })
    const plain = await runInProcess(['verify', 'log'], { workingDirectory })
    expect(stdout).toBe(plain.stdout)
  })
})

/** Sorted: what was named comes first. */
function linesOf(text: string): string[] {
  return text.replaceAll('./log', 'log').split('\n').sort()
}
