import { expect, it } from 'vitest'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { writeNewFile } from '../../../src/disk/replace-file.ts'
import { compactionDue } from '../../../src/inspect/forecast/compaction-due.ts'
import { PartitionLogReader } from '../../../src/inspect/offsets/partition-log.ts'
import { DEFAULT_LOG_CONFIG } from '../../../src/log/log-config.ts'
import { encodeProducerSnapshot } from '../../../src/log/producer-snapshot.ts'

const NOW_MS = 1_700_000_000_000
const SEGMENTS = [0n, 10n, 20n, 30n].map(baseOffset => ({
  baseOffset,
  size: 100,
  largestTimestamp: BigInt(NOW_MS) - 1000n + baseOffset,
}))
const LOG = { logStartOffset: 0n, logEndOffset: 40n, highWatermark: 40n, segments: SEGMENTS }
const FOLDER = '/data/orders-0'

/** Its batches are all before the snapshot: none of them is looked at. */
function due(
  options: { checkpoint?: bigint; highWatermark?: bigint; lagMs?: number; openFrom?: bigint } = {},
) {
  const { checkpoint, highWatermark = 40n, lagMs = 0, openFrom = -1n } = options
  const disk = new MemoryDisk()
  for (const path of ['/data', FOLDER]) disk.makeDirectory(path)
  const producer = {
    producerId: 7n,
    producerEpoch: 0,
    lastSequence: 0,
    lastOffset: 39n,
    offsetDelta: 0,
    timestamp: 1n,
    coordinatorEpoch: 0,
    currentTxnFirstOffset: openFrom,
  }
  writeNewFile(disk, `${FOLDER}/00000000000000000040.snapshot`, encodeProducerSnapshot([producer]))
  const log = new PartitionLogReader(disk, { batchBytesMax: 1024 }).read(FOLDER)
  const config = { ...DEFAULT_LOG_CONFIG, minCompactionLagMs: lagMs }
  const retained = { ...LOG, highWatermark }
  return compactionDue(disk, log, retained, { checkpoint, config, nowMs: NOW_MS })
}

it.each([
  ['nothing was compacted yet', {}, 0, 300, true],
  ['two segments were', { checkpoint: 20n }, 200, 100, false],
  ['all but the active one', { checkpoint: 30n }, 300, 0, false],
  ['the checkpoint lies behind the end: it says nothing', { checkpoint: 41n }, 0, 300, true],
  ['a transaction is open from the second segment on', { openFrom: 15n }, 0, 100, true],
  ['a transaction is open from the beginning', { openFrom: 3n }, 0, 0, false],
  ['no more than the first two are replicated', { highWatermark: 20n }, 0, 200, true],
  ['the third is younger than min.compaction.lag.ms', { lagMs: 985 }, 0, 200, true],
])('%s', (_, options, cleanBytes, dirtyBytes, isDue) => {
  expect(due(options)).toMatchObject({ cleanBytes, dirtyBytes, isDue, minRatio: 0.5 })
})
