import { DiskError } from '../../src/base/errors.ts'

/** The DiskError that it fails with, as what matters of it. */
export function failureOf(act: () => unknown): { op: string; path: string; errno: unknown } {
  try {
    act()
  } catch (error) {
    if (!(error instanceof DiskError)) throw error
    return { op: error.op, path: error.path, errno: error.errno }
  }
  throw new Error('nothing failed')
}
