/** Log.dirs that nobody else touches meanwhile: their locks, taken all or none. */
import { join } from 'node:path'
import { DiskError } from '../base/errors.ts'
import { ExclusiveLock } from '../disk/exclusive-lock.ts'
import { lockHolder } from '../disk/file-lock.ts'
import { heldText } from '../disk/lock-holder-text.ts'
import { LOCK_FILE } from '../log/file-names.ts'

export interface HeldLogDirs {
  release(): void
}

export interface HoldOptions {
  /** False where nothing will be changed: then it is enough that nobody holds them. */
  readonly takesLocks: boolean
}

/** @throws DiskError where another process has one of them */
export function holdLogDirs(paths: readonly string[], { takesLocks }: HoldOptions): HeldLogDirs {
  const locks: ExclusiveLock[] = []
  const release = () => {
    for (const lock of locks) lock.release()
  }
  try {
    for (const path of paths) {
      const lockPath = join(path, LOCK_FILE)
      if (takesLocks) locks.push(ExclusiveLock.take(lockPath))
      else refuseHeld(lockPath)
    }
  } catch (error) {
    release()
    throw error
  }
  return { release }
}

function refuseHeld(path: string): void {
  const holder = lockHolder(path)
  if (holder === undefined || holder === 'unknown') return
  const cause = Object.assign(new Error(`it is ${heldText(holder)}`), { code: 'EAGAIN' })
  throw new DiskError('read', path, cause)
}
