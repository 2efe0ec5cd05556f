/**
 * Holds a log.dir as a broker does, so that neither touches it while the other runs: an exclusive POSIX lock on the whole
 * of `.lock`. The file is removed when it is let go, as Kafka 4.3 does.
 *
 * Without koffi no such lock can be taken; then only a holder that can be seen is respected.
 *
 * Source: org.apache.kafka.server.util.FileLock
 */
import fs from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DiskError } from '../base/errors.ts'
import { attempt } from './disk-failure.ts'
import { lockHolder } from './file-lock.ts'
import { libc } from './libc.ts'
import { heldText } from './lock-holder-text.ts'

/** The locks of this process, whatever name they were asked for by: asking the operating system about one would lose it. */
const held = new Set<string>()

export class ExclusiveLock {
  readonly path: string
  readonly #fd: number

  private constructor(path: string, fd: number) {
    this.path = path
    this.#fd = fd
  }

  /** @throws DiskError where somebody else holds it */
  static take(name: string): ExclusiveLock {
    const path = attempt('lock', name, () => join(fs.realpathSync(dirname(name)), basename(name)))
    if (held.has(path)) throw refused(path, 'held by this process')
    const holder = lockHolder(path)
    if (holder !== undefined && holder !== 'unknown') {
      throw refused(path, heldText(holder))
    }
    const fd = attempt('lock', path, () => fs.openSync(path, 'a'))
    try {
      if (libc()?.takeLock(fd) === false) throw refused(path, heldText({ pid: undefined }))
    } catch (error) {
      fs.closeSync(fd)
      throw error instanceof DiskError ? error : new DiskError('lock', path, error)
    }
    held.add(path)
    return new ExclusiveLock(path, fd)
  }

  /** The file goes first: whoever opens a new one in between has a lock of their own. */
  release(): void {
    held.delete(this.path)
    attempt('unlock', this.path, () => fs.rmSync(this.path, { force: true }))
    attempt('unlock', this.path, () => fs.closeSync(this.#fd))
  }
}

function refused(path: string, why: string): DiskError {
  const cause = Object.assign(new Error(`it is ${why}`), { code: 'EAGAIN' })
  return new DiskError('lock', path, cause)
}
