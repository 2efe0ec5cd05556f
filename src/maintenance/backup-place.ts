import { dirname, join, resolve } from 'node:path'
import { UsageError } from '../base/errors.ts'
import type { Disk } from '../disk/disk.ts'
import { META_PROPERTIES } from '../log/file-names.ts'

/** @throws UsageError where `--backup` names a place that a broker would not start over: a log.dir's root, or a folder in it */
export function refuseBackupInLogDir(disk: Disk, backup: string): void {
  for (const path of [backup, dirname(resolve(backup))]) {
    if (disk.status(join(path, META_PROPERTIES)) === undefined) continue
    throw new UsageError(`--backup ${backup}: a broker does not start over it in its log.dir`)
  }
}
