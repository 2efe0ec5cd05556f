/** How a call to the operating system, or its imitation, becomes a DiskError. */
import { DiskError } from '../base/errors.ts'
import type { DirectoryEntry } from './disk.ts'

/** Does it, and tells a failure with the operation and the path. */
export function attempt<T>(op: string, path: string, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    throw new DiskError(op, path, cause)
  }
}

export type Refusal = 'ENOENT' | 'ENOTDIR' | 'EISDIR' | 'EEXIST' | 'EROFS' | 'EINVAL' | 'ENOTEMPTY'

/** Of what is there, and is no file: opening it would tell less, or wait for a writer that never comes. */
export function noFile(
  path: string,
  { kind, what = 'no regular file' }: Pick<DirectoryEntry, 'kind' | 'what'>,
): DiskError {
  if (kind === 'directory') return refusal('open', path, 'EISDIR')
  return refusal('open', path, 'EINVAL', `it is ${what}, not a file`)
}

/** A failure of our own making, told like the operating system's. */
export function refusal(
  op: string,
  path: string,
  errno: Refusal,
  reason: string = errno,
): DiskError {
  return new DiskError(op, path, Object.assign(new Error(reason), { code: errno }))
}
