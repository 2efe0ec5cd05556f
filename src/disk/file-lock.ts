/**
 * Who holds a log.dir: a broker keeps an exclusive POSIX lock on the whole of `.lock` while it runs
 * (Java's FileChannel.tryLock, which is fcntl F_SETLK; Node's own kinds of lock wouldn't see it).
 *
 * | asked         | sees                                            | doesn't see              |
 * |---------------|-------------------------------------------------|--------------------------|
 * | fcntl F_GETLK | all, other containers' (as pid 0), those on NFS | this process's own       |
 * | /proc/locks   | those of our PID namespace and any within it    | other containers', NFS's |
 *
 * So F_GETLK is asked first, by koffi. Without it /proc/locks is read, and where that may be silent
 * for not seeing (we are in a PID namespace of our own, or there is no /proc) the answer is
 * 'unknown'. Both seen with Apache Kafka 4.3.1, from its own PID namespace and from another.
 *
 * A process loses its POSIX locks on a file when it closes any descriptor of it: whoever holds a
 * `.lock` itself must not ask about it here.
 *
 * Source: kafka.log.LogManager.lockLogDirs, org.apache.kafka.server.util.FileLock (`.lock`); Linux
 * fs/locks.c
 */
import fs from 'node:fs'
import { type ConflictingLock, libc } from './libc.ts'

export interface LockHolder {
  /**
   * Undefined when there is a holder, but not one that we can name: in another container, on
   * another machine.
   */
  readonly pid: number | undefined
}

/**
 * Undefined: nobody, also when there is no such file. Never throws: what can't be asked is
 * 'unknown'.
 */
export function lockHolder(path: string): LockHolder | undefined | 'unknown' {
  const answer = askFcntl(path)
  return answer === 'unknown' ? askProc(path) : answer
}

/** O_NONBLOCK, as opening a named pipe of that name would wait for a writer. */
function askFcntl(path: string): LockHolder | undefined | 'unknown' {
  const library = libc()
  if (library === undefined || !fs.existsSync(path)) return 'unknown'
  try {
    const fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK)
    try {
      return toHolder(library.conflictingLock(fd))
    } finally {
      fs.closeSync(fd)
    }
  } catch {
    return 'unknown'
  }
}

/** The answer of /proc/locks; exported to be tested where koffi would answer first. */
export function askProc(path: string): LockHolder | undefined | 'unknown' {
  try {
    const status = fs.statSync(path, { bigint: true, throwIfNoEntry: false })
    if (status === undefined) return undefined
    const found = holderIn(fs.readFileSync('/proc/locks', 'latin1'), status)
    return found ?? (seesEveryLock() ? undefined : 'unknown')
  } catch {
    return 'unknown'
  }
}

/**
 * `7: POSIX  ADVISORY  WRITE 5491 fe:00:9987282 0 EOF`; a waiter has `->` after its number and
 * holds nothing.
 */
const LOCK_LINE = /^\d+: (?:POSIX|OFDLCK) +\S+ +\S+ +(-?\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) /gm

interface FileIdentity {
  readonly ino: bigint
  readonly dev: bigint
}

/**
 * Finds a file's lock by device and inode. On btrfs and overlay file systems stat(2) tells another
 * device than the lock does; there the inode alone agrees, which may be another file's: 'unknown'.
 */
export function holderIn(
  procLocks: string,
  { ino, dev }: FileIdentity,
): LockHolder | undefined | 'unknown' {
  let sameInode = false
  for (const [, pid, major, minor, inode] of procLocks.matchAll(LOCK_LINE)) {
    if (BigInt(inode!) !== ino) continue
    if (deviceOf(major!, minor!) === dev) return toHolder({ pid: Number(pid) })
    sameInode = true
  }
  return sameInode ? 'unknown' : undefined
}

/**
 * The dev_t that stat(2) tells: the minor number's low byte, 12 bits of major, the rest of both
 * above.
 */
function deviceOf(majorHex: string, minorHex: string): bigint {
  const major = BigInt(`0x${majorHex}`)
  const minor = BigInt(`0x${minorHex}`)
  return (minor & 0xffn) | ((major & 0xfffn) << 8n) | ((minor & ~0xffn) << 12n)
}

function toHolder(lock: ConflictingLock | undefined): LockHolder | undefined {
  return lock && { pid: lock.pid > 0 ? lock.pid : undefined }
}

/**
 * The number of the first PID namespace, PROC_PID_INIT_INO, the only one that all processes are
 * seen from.
 */
const FIRST_PID_NAMESPACE = 'pid:[4026531836]'

function seesEveryLock(): boolean {
  return fs.readlinkSync('/proc/self/ns/pid') === FIRST_PID_NAMESPACE
}
