/**
 * Producer snapshots against the batches before them. Only contradictions count: a broker forgets producers that are
 * silent, and remembers producers whose batches are long deleted.
 */
import type { Disk } from '../../disk/disk.ts'
import type { SnapshotFile } from '../../log/partition-directory.ts'
import {
  PRODUCER_ENTRY,
  producerSnapshotDamages,
  producerSnapshotFault,
  readProducerSnapshot,
  SNAPSHOT_HEADER,
  type ProducerStateEntry,
} from '../../log/producer-snapshot.ts'
import type { FindingPlace } from './finding.ts'
import type { FindingKind } from './finding-kinds.ts'
import type { PartitionState, ReadSnapshot } from './partition-state.ts'
import type { ProducerTracker, TrackedProducer } from './producer-tracker.ts'

export interface SnapshotCheckOptions {
  readonly disk: Disk
  readonly report: (kind: FindingKind, place: FindingPlace) => void
}

/** The producers that the file tells; undefined where it can't be used, which is reported. */
export function readSnapshot(
  { offset, file }: SnapshotFile,
  { disk, report }: SnapshotCheckOptions,
): readonly ProducerStateEntry[] | undefined {
  const bytes = disk.readWhole(file.path)
  for (const damage of producerSnapshotDamages(bytes, file.path)) {
    report('snapshot-format', {
      file: file.path,
      position: damage.position,
      lastOffset: offset > 0n ? offset - 1n : undefined,
      found: `${damage.reason}: ${damage.found}`,
      expected: damage.expected,
    })
  }
  return producerSnapshotFault(bytes) === undefined ? readProducerSnapshot(bytes) : undefined
}

interface ScannedRange {
  /** Where the scan of batches began. */
  readonly firstOffset: bigint
  /** Whether batches may be missing: lost to damage, or to compaction. */
  readonly hasGaps: boolean
}

/** @param state knows the batches before the snapshot's offset */
export function compareSnapshot(
  { snapshot, entries }: ReadSnapshot,
  state: PartitionState,
  report: SnapshotCheckOptions['report'],
): void {
  const { firstOffset, tracker } = state
  if (firstOffset === undefined) return
  const hasGaps = !state.hasAll
  const { offset, file } = snapshot
  for (const [slot, entry] of entries.entries()) {
    const flaw = flawOf(entry, tracker, { firstOffset, hasGaps }, offset)
    if (flaw === undefined) continue
    report('snapshot-entry', {
      file: file.path,
      position: SNAPSHOT_HEADER.size + slot * PRODUCER_ENTRY.size,
      firstOffset: entry.hasBatch ? entry.firstOffset : undefined,
      lastOffset: entry.hasBatch ? entry.lastOffset : undefined,
      found: `producer ${entry.producerId} with ${flaw.found}`,
      expected: flaw.expected,
    })
  }
}

interface Flaw {
  readonly found: string
  readonly expected: string
}

function flawOf(
  entry: ProducerStateEntry,
  tracker: ProducerTracker,
  { firstOffset, hasGaps }: ScannedRange,
  snapshotOffset: bigint,
): Flaw | undefined {
  if (entry.lastOffset >= snapshotOffset) {
    return { found: `a batch at ${entry.lastOffset}`, expected: `one before ${snapshotOffset}` }
  }
  const known = tracker.get(entry.producerId)
  if (known !== undefined) return hasGaps ? undefined : contradiction(entry, known)
  const mustBeThere = entry.lastOffset >= firstOffset && !hasGaps && !tracker.hasForgotten
  if (!mustBeThere) return undefined
  return { found: `a batch at ${entry.lastOffset}`, expected: 'a producer that the log has' }
}

function contradiction(entry: ProducerStateEntry, known: TrackedProducer): Flaw | undefined {
  const found = textOf(entry)
  const expected = `${textOf(known)} as in the log`
  if (entry.producerEpoch !== known.producerEpoch) return { found, expected }
  const knowsBatch = known.lastOffset >= 0
  if (knowsBatch && Number(entry.lastOffset) !== known.lastOffset) return { found, expected }
  if (knowsBatch && entry.lastSequence !== known.lastSequence) return { found, expected }
  const isOpen = entry.currentTxnFirstOffset >= 0n
  if (isOpen !== known.currentTxnFirstOffset >= 0) return { found, expected }
  const sameTxn = !isOpen || Number(entry.currentTxnFirstOffset) === known.currentTxnFirstOffset
  return sameTxn || !known.sawTxnBegin ? undefined : { found, expected }
}

function textOf(producer: ProducerStateEntry | TrackedProducer): string {
  const { producerEpoch, lastSequence, lastOffset, currentTxnFirstOffset } = producer
  const batch = lastOffset < 0 ? 'no batch' : `sequence ${lastSequence} at ${lastOffset}`
  const txn = currentTxnFirstOffset < 0 ? '' : `, a transaction open from ${currentTxnFirstOffset}`
  return `epoch ${producerEpoch}, ${batch}${txn}`
}
