/** A file that has fewer bytes by now than it was opened with: a broker truncates a log, and so do others. */
import { CorruptDataError } from '../base/errors.ts'

export interface Shrinking {
  readonly file: string
  /** Of what was read. */
  readonly position: number
  /** Bytes that it has. */
  readonly size: number
  /** Bytes that it had. */
  readonly sizeBefore: number
}

export function shrunkenFile({ file, position, size, sizeBefore }: Shrinking): CorruptDataError {
  return new CorruptDataError({
    file,
    position,
    reason: `${REASON}, as where a broker truncates it`,
    found: `${size} bytes`,
    expected: `${sizeBefore}`,
  })
}

export function isShrunken(error: unknown): error is CorruptDataError {
  return error instanceof CorruptDataError && error.damage.reason.startsWith(REASON)
}

const REASON = 'the file shrank while it was read'
