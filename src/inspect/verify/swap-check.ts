/** What a compaction left to be put in place: a broker does so at its next start, whatever is in it. */
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import type { FindingPlace } from './finding.ts'
import type { FindingKind } from './finding-kinds.ts'

export interface SwapCheckOptions {
  readonly disk: Disk
  readonly limits: DecodeLimits
  readonly report: (kind: FindingKind, place: FindingPlace) => void
}

/** @param path of a `.log.swap` */
export function checkSwap(path: string, { disk, limits, report }: SwapCheckOptions): void {
  const file = disk.open(path)
  try {
    const scanner = new BatchScanner(file, { limits })
    while (scanner.next() !== undefined) {
      if (scanner.isValid()) continue
      const found = 'a batch whose checksum does not hold'
      report('swap-damaged', { file: path, position: scanner.position, found, expected: SOUND })
      return
    }
    const { position, end } = scanner
    if (end === 0) {
      report('swap-empty', { file: path, found: 'an empty file', expected: 'records, mostly' })
    } else if (position < end) {
      report('swap-damaged', { file: path, position, found: 'no whole batch', expected: SOUND })
    } else {
      const found = 'a compaction that was not put in place'
      report('swap-file', { file: path, found, expected: 'none' })
    }
  } finally {
    file.close()
  }
}

const SOUND = 'sound batches up to the end'
