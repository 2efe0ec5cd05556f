/**
 * Records that a start would take away, though they could be read today: behind the batch at which it cuts a segment, in
 * the segments that it drops then, and behind what it takes for the end. What is damaged itself is no loss of a start's.
 */
import type { Disk, DiskFile } from '../../disk/disk.ts'
import type { OverlayDisk } from '../../disk/overlay-disk.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import { findBatch } from '../../log/find-batch.ts'
import type { LoadAction } from '../../log/load-action.ts'

export interface RehearsalDisks {
  readonly disk: Disk
  /** Over that one, as the start leaves it. */
  readonly overlay: OverlayDisk
}

export function lostRecords(
  { disk, overlay }: RehearsalDisks,
  actions: readonly LoadAction[],
): number {
  let count = 0
  for (const action of actions) {
    if (action.kind === 'segment-dropped') count += readableRecords(disk, action.path, 0)
    if (action.kind === 'end-taken-earlier') {
      count += readableRecords(overlay, action.path, action.position)
    }
    if (action.kind !== 'segment-recovered' || action.cut === undefined) continue
    if (action.cut.isPadding !== true) {
      count += readableRecords(disk, action.path, action.cut.position)
    }
  }
  return count
}

function readableRecords(disk: Disk, path: string, from: number): number {
  const file = disk.open(path.replace(/\.deleted$/, ''))
  try {
    return countFrom(file, from)
  } finally {
    file.close()
  }
}

function countFrom(file: DiskFile, from: number): number {
  const scanner = new BatchScanner(file, { from })
  for (let count = 0; ;) {
    for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
      if (scanner.isValid()) count += scanner.header().recordCount ?? 1
    }
    const { position, end, stopped } = scanner
    if (stopped === 'end-of-file') return count
    const behind = findBatch(file, { from: position + 1, to: end })
    if (behind === undefined) return count
    scanner.resumeAt(behind.position)
  }
}
