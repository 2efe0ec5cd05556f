/** A segment that one log can't hold becomes several. */
import { expect, test } from 'vitest'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { OpenFiles } from '../../../src/disk/open-files.ts'
import { SegmentNumbers } from '../../../src/inspect/verify/segment-numbers.ts'
import { LeaderEpochs } from '../../../src/log/leader-epochs.ts'
import { PartitionProducers } from '../../../src/log/partition-producers.ts'
import { GapLog } from '../../../src/maintenance/repair/gap-log.ts'
import { MendedSegment } from '../../../src/maintenance/repair/mended-segment.ts'
import { emptyBatch } from '../../../src/maintenance/repair/piece.ts'
import { SegmentLearning } from '../../../src/maintenance/repair/segment-learning.ts'
import type { BatchV2 } from '../../../src/record/batch-v2.ts'

const BASE = 100n
const PATH = '/a/t-0'

function segment(names: readonly number[] = []) {
  const disk = new MemoryDisk()
  disk.makeDirectory('/a')
  disk.makeDirectory(PATH)
  const learners = {
    producers: new PartitionProducers(
      { path: PATH, topic: 't', partition: 0, files: new OpenFiles(disk, 2) },
      { nowMs: 0, expirationMs: 0 },
    ),
    epochs: LeaderEpochs.load(disk, PATH),
    logStartOffset: 0n,
  }
  return new MendedSegment({
    numbers: new SegmentNumbers(BASE),
    learn: baseOffset => new SegmentLearning({ baseOffset, indexIntervalBytes: 4096, ...learners }),
    epochs: { latest: -1 },
    gaps: new GapLog(),
    names,
  })
}

/** A header that says so many bytes follow. */
function batch(firstOffset: bigint, lastOffset: bigint, size: number): BatchV2 {
  const made = emptyBatch({ firstOffset, lastOffset, leaderEpoch: 0 })
  made.buffer.writeInt32BE(size - 12, 8)
  return made
}

function take(into: MendedSegment, batches: readonly BatchV2[]) {
  let position = 0
  for (const each of batches) {
    into.take(each, { file: 'x', position, records: 1, from: 'file' })
    position += each.size
  }
  return into
    .finish()
    .logs.map(({ baseOffset, nextOffset, size }) => [baseOffset, nextOffset, size])
}

const GIBIBYTE = 2 ** 30

test('where it would be larger than positions can say', () => {
  const batches = [100n, 110n, 120n].map(offset => batch(offset, offset + 9n, GIBIBYTE - 1))
  expect(take(segment(), batches)).toEqual([
    [100n, 120n, 2 * GIBIBYTE - 2],
    [120n, 130n, GIBIBYTE - 1],
  ])
})

test('where its offsets lie further apart than an index can say', () => {
  const far = 2n ** 31n
  expect(take(segment(), [batch(100n, 100n, 61), batch(far + 100n, far + 100n, 61)])).toEqual([
    [100n, 101n, 61],
    [101n, far + 101n, 61],
  ])
})

test('where the names of those say so that it is made from, but within no batch', () => {
  const batches = [100n, 110n, 120n, 130n].map(offset => batch(offset, offset + 9n, 61))
  expect(take(segment([15, 16, 30]), batches)).toEqual([
    [100n, 120n, 122],
    [120n, 130n, 61],
    [130n, 140n, 61],
  ])
})

test('but never into one without batches', () => {
  expect(take(segment([5, 20]), [batch(150n, 159n, 61)])).toEqual([[100n, 160n, 61]])
})
