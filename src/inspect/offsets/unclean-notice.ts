/** What to say of a log.dir without the marker of a clean shutdown: its broker runs, or died. */
import { join } from 'node:path'
import { lockHolder, type LockHolder } from '../../disk/file-lock.ts'
import { holderText } from '../../disk/lock-holder-text.ts'
import { LOCK_FILE } from '../../log/file-names.ts'

export type AskLock = (path: string) => LockHolder | undefined | 'unknown'

export function uncleanNotice(logDir: string, askLock: AskLock = lockHolder): string {
  const holder = askLock(join(logDir, LOCK_FILE))
  if (holder === undefined || holder === 'unknown') {
    return (
      `${logDir} was not closed cleanly: its logs end with their last valid batch, or before, ` +
      'where kbroker verify says that a broker cuts them'
    )
  }
  return (
    `${logDir} is in use by ${holderText(holder)}: ` +
    'its logs are told of as they are on disk at this moment'
  )
}
