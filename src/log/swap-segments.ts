/**
 * Puts new segments in the place of others. They lie beside those as `.cleaned`, on disk. Each step is on disk before the
 * next begins; where one is interrupted, the next start clears up, or goes on:
 *
 * | step                                           | left by an interruption                                  |
 * |------------------------------------------------|----------------------------------------------------------|
 * | 1. the last first, each becomes `.swap`        | `.cleaned`, which tells that no `.swap` behind it counts |
 * | 2. the others become `.deleted`                | `.swap`, all of them: they take the others' place        |
 * | 3. the first first, each gets its name, its log before its indexes | the same                              |
 *
 * Source: org.apache.kafka.storage.internals.log.LocalLog#replaceSegments
 */
import { join } from 'node:path'
import { segmentFileName, type SegmentFileKind } from './file-names.ts'
import { LogSegment, type SegmentOptions } from './log-segment.ts'
import type { PartitionFolder } from './partition-folder.ts'

export const CLEANED_SUFFIX = '.cleaned'
const SWAP_SUFFIX = '.swap'

export interface SwappedSegments {
  /** The new ones, ascending. */
  readonly segments: readonly LogSegment[]
  /** Paths of the others' files, renamed, to be removed after a while. */
  readonly condemned: readonly string[]
}

/**
 * @param baseOffsets of the new ones, ascending
 * @throws DiskError
 */
export function swapSegments(
  folder: PartitionFolder,
  baseOffsets: readonly bigint[],
  replaced: readonly LogSegment[],
  options: SegmentOptions,
): SwappedSegments {
  const { disk } = folder.files
  const sync = () => disk.syncDirectory(folder.path)
  for (const baseOffset of [...baseOffsets].reverse()) {
    renameFiles(folder, baseOffset, CLEANED_SUFFIX, SWAP_SUFFIX)
    sync()
  }
  const known = new Set(replaced.map(({ baseOffset }) => baseOffset))
  const namesakes = baseOffsets
    .filter(baseOffset => !known.has(baseOffset))
    .map(baseOffset => LogSegment.open(folder, baseOffset, options))
  const condemned = [...replaced, ...namesakes].flatMap(segment => segment.rename())
  sync()
  for (const baseOffset of baseOffsets) renameFiles(folder, baseOffset, SWAP_SUFFIX, '')
  sync()
  const segments = baseOffsets.map(baseOffset => LogSegment.open(folder, baseOffset, options))
  return { segments, condemned }
}

function renameFiles(
  { files, path }: PartitionFolder,
  baseOffset: bigint,
  from: string,
  to: string,
): void {
  for (const kind of KINDS) {
    const name = join(path, segmentFileName(kind, baseOffset))
    if (files.disk.status(name + from) === undefined) continue
    files.close(name + from)
    files.disk.rename(name + from, name + to)
  }
}

const KINDS: readonly SegmentFileKind[] = ['log', 'index', 'timeindex', 'txnindex']
