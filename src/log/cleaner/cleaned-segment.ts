/** The segment that takes the place of those that were cleaned, as long as it is not finished: `.cleaned`. */
import type { BatchV2 } from '../../record/batch-v2.ts'
import type { LogConfig } from '../log-config.ts'
import { LogSegment } from '../log-segment.ts'
import type { PartitionFolder } from '../partition-folder.ts'
import { CLEANED_SUFFIX } from '../swap-segments.ts'
import type { AbortedTransaction } from '../transaction-index.ts'
import type { CleanTarget } from './cleaned-batches.ts'

export class CleanedSegment implements CleanTarget {
  readonly baseOffset: bigint
  readonly #folder: PartitionFolder
  readonly #segment: LogSegment

  /** @throws DiskError */
  constructor(
    folder: PartitionFolder,
    baseOffset: bigint,
    { config, nowMs }: { readonly config: LogConfig; readonly nowMs: number },
  ) {
    const options = { config, nowMs, rollJitterMs: 0, suffix: CLEANED_SUFFIX }
    this.baseOffset = baseOffset
    this.#folder = folder
    removeAll(folder, LogSegment.open(folder, baseOffset, options))
    this.#segment = LogSegment.create(folder, baseOffset, options)
  }

  append(bytes: Buffer, batches: readonly BatchV2[]): void {
    this.#segment.append(bytes, batches)
  }

  appendAborted(entry: AbortedTransaction): void {
    this.#segment.appendAborted(entry)
  }

  /** On disk, its name too, when it has resolved. @param modifiedMs when what it holds was changed last */
  async finish(modifiedMs: number): Promise<void> {
    const { disk } = this.#folder.files
    this.#segment.finish()
    for (const path of this.#segment.paths()) {
      const isIndexed = disk.status(path) !== undefined && !path.includes('.txnindex')
      if (isIndexed) this.#folder.files.writing(path).setModified(modifiedMs)
    }
    await this.#segment.sync()
    this.#segment.close()
    disk.syncDirectory(this.#folder.path)
  }

  /** As if it had never been begun. */
  discard(): void {
    removeAll(this.#folder, this.#segment)
  }
}

function removeAll({ files }: PartitionFolder, segment: LogSegment): void {
  for (const path of segment.paths()) {
    files.close(path)
    if (files.disk.status(path) !== undefined) files.disk.remove(path)
  }
}
