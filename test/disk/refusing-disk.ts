import { DiskError } from '../../src/base/errors.ts'
import type { Disk } from '../../src/disk/disk.ts'
import { readOnly } from '../../src/disk/read-only-disk.ts'

/** A disk that lets nobody look into some paths: a reader without the permission sees their names only. */
export function refusing(disk: Disk, ...paths: readonly string[]): Disk {
  const guarded =
    <Rest extends readonly unknown[], T>(op: string, act: (path: string, ...rest: Rest) => T) =>
    (path: string, ...rest: Rest): T => {
      if (!paths.includes(path)) return act(path, ...rest)
      const cause = Object.assign(new Error('EACCES'), { code: 'EACCES' })
      throw new DiskError(op, path, cause)
    }
  return {
    ...readOnly(disk),
    list: guarded('list', path => disk.list(path)),
    open: guarded('open', path => disk.open(path)),
    readWhole: guarded('open', (path, sizeMax?: number) => disk.readWhole(path, sizeMax)),
  }
}
