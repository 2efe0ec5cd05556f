/** What can't be read, or not within limits, is a finding; under a live broker files may go while we read. */
import { DiskError, LimitError } from '../../base/errors.ts'
import { isShrunken } from '../../disk/shrunken-file.ts'
import type { FindingPlace } from './finding.ts'
import type { FindingKind } from './finding-kinds.ts'

export interface ReadFailureContext {
  /** Where the failure does not tell which file it is about. */
  readonly path: string
  readonly isLive: boolean
  readonly report: (kind: FindingKind, place: FindingPlace) => void
}

/** Rethrows what is no failure to read. */
export function reportReadFailure(error: unknown, context: ReadFailureContext): void {
  const { path, isLive, report } = context
  if (error instanceof DiskError) {
    if (isLive && error.errno === 'ENOENT') return
    report('unreadable', { file: error.path, found: error.message, expected: 'a readable file' })
  } else if (error instanceof LimitError) {
    report('too-large', { file: path, found: error.message, expected: 'less' })
  } else if (isShrunken(error)) {
    if (isLive) return
    const { file = path, position, found, expected } = error.damage
    report('shrunken', { file, position, found, expected })
  } else {
    throw error
  }
}
