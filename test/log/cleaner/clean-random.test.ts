/** Logs of all kinds, as seeds decide, against a Map of what was appended. */
import { describe, expect, it } from 'vitest'
import { type Random, seededRandom } from '../../../src/base/random.ts'
import { CODECS } from '../../../src/compression/codecs.ts'
import { DAY_MS, NOW_MS, openLog } from '../new-log.ts'
import { CleanerScene } from './cleaner-scene.ts'

const SEEDS = Array.from({ length: 60 }, (_, seed) => seed)

interface Written {
  readonly offset: number
  readonly key: string
  readonly text: string
}

/** Appends what a seed decides, partly in transactions. @returns what nobody has aborted */
function fill(scene: CleanerScene, random: Random): Written[] {
  const written: Written[] = []
  const sequences = new Map<bigint, number>()
  for (let step = random.below(60); step >= 0; step--) {
    const id = [-1n, 1n, 2n][random.below(3)]!
    const first = Number(scene.log.endOffset)
    const records = Array.from({ length: 1 + random.below(4) }, (_, index) => {
      const key = `k${random.below(12)}`
      return random.below(6) === 0 ? key : `${key}=${first + index}`
    })
    const codec = CODECS[random.below(CODECS.length)]!
    const isTransactional = id === 2n
    const sequence = sequences.get(id) ?? 0
    const producer = id < 0n ? undefined : { id, epoch: 0, sequence }
    scene.append(records, { codec, isTransactional, ...(producer && { producer }) })
    sequences.set(id, sequence + records.length)
    const isAborted = isTransactional && random.below(2) === 0
    if (isTransactional) scene.end(2n, !isAborted)
    if (!isAborted) {
      records.forEach((text, index) =>
        written.push({ offset: first + index, key: text.split('=')[0]!, text }),
      )
    }
    if (random.below(5) === 0) scene.log.roll()
  }
  scene.roll()
  return written
}

function newestOf(written: readonly Written[]): string[] {
  const newest = new Map(written.map(record => [record.key, record]))
  return [...newest.values()].sort(byOffset).map(({ offset, text }) => `${offset}:${text}`)
}

const byOffset = (a: Written, b: Written) => a.offset - b.offset

const plain = (scene: CleanerScene) =>
  scene.records.flat().filter(text => !text.endsWith('marker') && !text.endsWith(':'))

describe('a log that was cleaned', () => {
  it.each(SEEDS)('holds the newest of each key, and ends where it ended: seed %i', async seed => {
    const random = seededRandom(seed)
    const config = {
      segmentBytes: [500, 2000, 100_000][random.below(3)]!,
      indexIntervalBytes: [0, 300][random.below(2)]!,
      deleteRetentionMs: DAY_MS,
    }
    const scene = new CleanerScene({ config })
    const written = fill(scene, random)
    const slots = [4, 8, 1000][random.below(3)]!
    const { endOffset } = scene.log
    for (let checkpoint = 0n; checkpoint < endOffset;) {
      const cleaned = await scene.clean({ checkpoint, slots })
      expect(cleaned.endOffset).toBeGreaterThan(checkpoint)
      checkpoint = cleaned.endOffset
    }
    expect(plain(scene)).toEqual(newestOf(written))
    const { epochs, producers } = stateOf(scene.log)
    await scene.log.close()
    const again = openLog(scene.disk, { config })
    expect(again.endOffset).toBe(endOffset)
    expect(stateOf(again)).toEqual({ epochs, producers })
    for (const segment of again.segments.slice(0, -1)) {
      for (const offset of writtenIn(scene, segment.baseOffset)) {
        expect(segment.find(offset)?.position).toBeDefined()
      }
    }
  })

  it.each(SEEDS.slice(0, 20))('loses tombstones in the end: seed %i', async seed => {
    const scene = new CleanerScene({ config: { deleteRetentionMs: DAY_MS } })
    const written = fill(scene, seededRandom(seed))
    await scene.clean()
    scene.segments([['last=1']])
    await scene.clean({ nowMs: NOW_MS + DAY_MS })
    const left = newestOf(written).filter(text => text.includes('='))
    expect(plain(scene).filter(text => !text.endsWith('last=1'))).toEqual(left)
  })
})

function stateOf(log: CleanerScene['log']) {
  const producers = [1n, 2n].map(id => log.producer(id)?.lastSequence)
  return { epochs: log.epochs.latest, producers }
}

function writtenIn(scene: CleanerScene, baseOffset: bigint): bigint[] {
  const slot = scene.log.segments.findIndex(segment => segment.baseOffset === baseOffset)
  return (slot < 0 ? [] : scene.records[slot]!).map(text => BigInt(text.split(/[:-]/)[0]!))
}
