/** Built anew, the files of a log are those that a recovery writes which finds none of them. */
import { expect, it } from 'vitest'
import type { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { Seeded } from '../../crash/seeded.ts'
import { newBatch, newMarker } from '../../log/new-batch.ts'
import { configWith, newDisk, NOW_MS, openLog } from '../../log/new-log.ts'
import { derivedPaths, reindex, removeDerived } from './reindexed-log.ts'

const SEEDS = 60

it.each(Array.from({ length: SEEDS }, (_, seed) => seed))(
  'whatever was written (%i)',
  async seed => {
    const random = new Seeded(seed)
    const config = {
      segmentBytes: random.pick([800, 1200, 5000]),
      indexIntervalBytes: random.pick([0, 200, 1000]),
    }
    const { disk, endOffset } = await written(random, config)
    const logStartOffset = random.happens(0.3) ? BigInt(random.below(Number(endOffset) + 1)) : 0n
    removeDerived(disk)
    const options = { config: configWith(config), logStartOffset }
    const recovered = copyOf(disk)
    await openLog(recovered, { config, logStartOffset }).close()
    const { failure } = await reindex(disk, options)
    expect(failure).toBeUndefined()
    expect(derived(disk)).toEqual(derived(recovered))
  },
)

function derived(disk: MemoryDisk): string[][] {
  return derivedPaths(disk).map(path => [path, disk.readWhole(path).toString('hex')])
}

interface Written {
  readonly disk: MemoryDisk
  readonly endOffset: bigint
}

async function written(random: Seeded, config: object): Promise<Written> {
  const disk = newDisk()
  const log = openLog(disk, { config })
  const producers = [1n, 2n, 3n].map(id => ({ id, epoch: 0, sequence: 0, isOpen: false }))
  let leaderEpoch = 0
  for (let step = random.between(1, 40); step > 0; step--) {
    if (random.happens(0.1)) leaderEpoch += random.between(1, 2)
    if (random.happens(0.1)) log.roll()
    const producer = random.pick(producers)
    const { id, epoch, sequence, isOpen } = producer
    if (isOpen && random.happens(0.4)) {
      const marker = newMarker({ id, epoch, isCommitted: random.happens(0.5) })
      log.append(marker, { leaderEpoch, origin: 'coordinator' })
      producer.isOpen = false
      continue
    }
    const isKnown = isOpen || random.happens(0.7)
    if (isKnown && !isOpen) producer.isOpen = random.happens(0.4)
    const count = random.between(1, 3)
    const timestamps = Array.from({ length: count }, () => NOW_MS + random.between(-500, 500))
    const value = Buffer.alloc(random.below(200), 'v')
    const sender = isKnown && {
      producer: { id, epoch, sequence },
      isTransactional: producer.isOpen,
    }
    const batch = newBatch({ count, timestamps, value, ...sender })
    log.append(batch, { leaderEpoch, origin: 'client' })
    if (isKnown) producer.sequence += count
  }
  if (random.happens(0.5)) await log.close()
  return { disk, endOffset: log.endOffset }
}

function copyOf(disk: MemoryDisk): MemoryDisk {
  return disk.crash({ prefix: count => count, survives: () => true })
}
