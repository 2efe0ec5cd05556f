/**
 * The first passes over a partition's folder: what a deletion, a compaction or a swap left unfinished is removed, or
 * brought to its end.
 *
 * Source: org.apache.kafka.storage.internals.log.LogLoader#load, #removeTempFilesAndCollectSwapFiles
 */
import { join } from 'node:path'
import {
  parseCheckpointFileName,
  parseSegmentFileName,
  type SegmentFileName,
} from './file-names.ts'
import type { LoadListener } from './load-action.ts'
import { DEFAULT_LOG_CONFIG } from './log-config.ts'
import { LogSegment } from './log-segment.ts'
import type { PartitionFolder } from './partition-folder.ts'

interface NamedFile extends SegmentFileName {
  readonly name: string
}

export function clearLeftovers(folder: PartitionFolder, onAction: LoadListener | undefined): void {
  const { disk } = folder.files
  const remove = (name: string, why: string) => {
    const path = join(folder.path, name)
    disk.remove(path)
    onAction?.({ kind: 'leftover-removed', path, why })
  }
  for (const { name, kind } of disk.list(folder.path)) {
    const isSnapshot = parseCheckpointFileName(name) !== undefined
    if (kind === 'file' && name.endsWith('.deleted') && !isSnapshot) remove(name, 'was deleted')
  }
  const cleaned = namedFiles(folder).filter(({ state }) => state === 'cleaned')
  const lowestCleaned = lowest(cleaned)
  for (const { name, baseOffset, state } of namedFiles(folder)) {
    if (state !== 'swap' || lowestCleaned === undefined || baseOffset < lowestCleaned) continue
    remove(name, 'belongs to a compaction that did not finish')
  }
  for (const { name } of cleaned) remove(name, 'belongs to a compaction that did not finish')
  completeSwaps(folder, onAction)
}

/** What is named `.swap` now is whole; it replaces every segment in the range of its offsets. */
function completeSwaps(folder: PartitionFolder, onAction: LoadListener | undefined): void {
  const { disk } = folder.files
  const swaps = namedFiles(folder).filter(({ state }) => state === 'swap')
  const range = replacedRange(folder, swaps)
  for (const { name, baseOffset, state } of namedFiles(folder)) {
    if (state === 'swap' || range === undefined) continue
    if (baseOffset < range.from || baseOffset >= range.to) continue
    const path = join(folder.path, name)
    disk.remove(path)
    onAction?.({ kind: 'replaced-removed', path })
  }
  for (const { name } of swaps) {
    const path = join(folder.path, name.slice(0, -SWAP_SUFFIX.length))
    folder.files.close(join(folder.path, name))
    disk.rename(join(folder.path, name), path)
    onAction?.({ kind: 'swap-completed', path })
  }
}

const SWAP_SUFFIX = '.swap'

function replacedRange(folder: PartitionFolder, swaps: readonly NamedFile[]) {
  let range: { readonly from: bigint; readonly to: bigint } | undefined
  for (const { kind, baseOffset } of swaps) {
    if (kind !== 'log') continue
    const to = swappedSegment(folder, baseOffset).nextOffset()
    range = {
      from: range === undefined || baseOffset < range.from ? baseOffset : range.from,
      to: range === undefined || to > range.to ? to : range.to,
    }
  }
  return range
}

function swappedSegment(folder: PartitionFolder, baseOffset: bigint): LogSegment {
  const config = DEFAULT_LOG_CONFIG
  const options = { config, nowMs: 0, rollJitterMs: 0, suffix: SWAP_SUFFIX }
  return LogSegment.open(folder, baseOffset, options)
}

function namedFiles({ files, path }: PartitionFolder): NamedFile[] {
  const named: NamedFile[] = []
  for (const { name, kind } of files.disk.list(path)) {
    const parsed = kind === 'file' ? parseSegmentFileName(name) : undefined
    if (parsed !== undefined) named.push({ name, ...parsed })
  }
  return named
}

function lowest(files: readonly NamedFile[]): bigint | undefined {
  let least: bigint | undefined
  for (const { baseOffset } of files) {
    if (least === undefined || baseOffset < least) least = baseOffset
  }
  return least
}
