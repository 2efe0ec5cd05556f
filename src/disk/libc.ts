/**
 * The calls on files that Linux's C library has and Node doesn't offer. Where there is no native library, `libc()` is
 * undefined, whoever needed it does without, and `libcAbsence()` says why.
 */
import { type Absence, callFailure, nativeLibrary, type NativeLibrary } from './native-library.ts'

export interface Libc {
  readonly pageBytes: number
  /**
   * Drops a file's clean pages that lie wholly in the range: posix_fadvise(POSIX_FADV_DONTNEED).
   */
  dropPages(fd: number, position: number, size: number): void
  /**
   * How many pages of the range the page cache holds, and how many of them the disk was not given
   * yet; undefined where Linux (before 6.5) or a sandbox won't say.
   */
  countPages(fd: number, position: number, size: number): PageCounts | undefined
  /**
   * One byte a page, whose lowest bit is set when the page cache holds it; undefined where the file
   * system can't tell. `position` is a multiple of the page. The memory is mapped for mincore(2)
   * alone and never touched, so that a file cut short meanwhile can't raise SIGBUS.
   */
  pagesHeld(fd: number, position: number, size: number): Buffer | undefined
  /**
   * Whether the byte can be read without waiting for the disk: preadv2(RWF_NOWAIT); undefined where the file system, or
   * libc, can't tell.
   */
  isAtHand(fd: number, position: number): boolean | undefined
  /**
   * The bytes as they lie in the page cache, by mmap(2); undefined where the file system can't. `position` is a multiple
   * of the page. Touching them beyond the end of a file that was cut short raises SIGBUS, and after `unmap` SIGSEGV:
   * either ends the process.
   */
  map(fd: number, position: number, size: number): Mapping | undefined
  /** Has the dirty pages of the range written, and waits for none: sync_file_range(SYNC_FILE_RANGE_WRITE). */
  beginWriting(fd: number, position: number, size: number): void
  /**
   * Waits until the pages of the range are written: all flags of sync_file_range. What the disk could not write is told
   * here, and never again.
   */
  finishWriting(fd: number, position: number, size: number): void
  /** What fcntl(F_GETLK) answers when asked for an exclusive lock on the whole file. */
  conflictingLock(fd: number): ConflictingLock | undefined
  /**
   * Takes an exclusive lock on the whole file, fcntl(F_SETLK); false when somebody else has one. It
   * is lost when the process closes any descriptor of the file.
   */
  takeLock(fd: number): boolean
}

export interface Mapping {
  readonly bytes: Buffer
  unmap(): void
}

export interface PageCounts {
  readonly held: number
  /** Changed since they were written. */
  readonly dirty: number
  /** On their way to the disk. */
  readonly writing: number
}

export interface ConflictingLock {
  /**
   * 0 when its holder lives in another PID namespace, -1 when it belongs to no process (an "open
   * file" lock).
   */
  readonly pid: number
}

export function libc(): Libc | undefined {
  const found = load()
  return typeof found === 'string' ? undefined : found
}

/** Why there is no libc; empty when there is. */
export function libcAbsence(): string {
  const found = load()
  return typeof found === 'string' ? found : ''
}

let loaded: Libc | Absence | undefined

function load(): Libc | Absence {
  return (loaded ??= tryLoad())
}

function tryLoad(): Libc | Absence {
  const library = nativeLibrary()
  if (typeof library === 'string') return library
  try {
    return declare(library)
  } catch {
    return 'libc lacks a call'
  }
}

const PROT_READ = 1
const MAP_SHARED = 1
const MAP_FAILED = 0xffff_ffff_ffff_ffffn
const POSIX_FADV_DONTNEED = 4
const SYNC_FILE_RANGE_WRITE = 2
/** Waits before, writes, waits. */
const SYNC_FILE_RANGE_ALL = 7
/** By the file system, or by a sandbox. */
const NOT_SUPPORTED = ['ENOSYS', 'EINVAL', 'ESPIPE', 'EPERM']
const F_GETLK = 5
const F_SETLK = 6
/** The number of cachestat(2), the same on all of ARCHITECTURES; libc has no function for it. */
const SYS_CACHESTAT = 451
/** `struct cachestat`: cached, dirty, being written, evicted, recently evicted. */
const CACHESTAT_COUNTS = 5
const F_WRLCK = 1
const F_UNLCK = 2

function declare(library: NativeLibrary): Libc {
  const fadvise = library.func(
    'int posix_fadvise(int fd, int64_t position, int64_t size, int advice)',
  )
  const mmap = library.func(
    'void *mmap(void *address, size_t size, int protection, int flags, int fd, int64_t position)',
  )
  const munmap = library.func('int munmap(void *address, size_t size)')
  const mincore = library.func('int mincore(void *address, size_t size, uint8_t *pages)')
  const cachestat = library.func(
    'long syscall(long number, int fd, void *range, void *counts, uint flags)',
  )
  const syncFileRange = library.func(
    'int sync_file_range(int fd, int64_t position, int64_t size, uint flags)',
  )
  const pageBytes = library.func('int getpagesize()')() as number

  return {
    pageBytes,

    dropPages(fd, position, size) {
      const errno = fadvise(fd, position, size, POSIX_FADV_DONTNEED) as number
      if (errno !== 0) throw callFailure('posix_fadvise', errno)
    },

    countPages(fd, position, size) {
      const range = BigUint64Array.of(BigInt(position), BigInt(size))
      const counts = new BigUint64Array(CACHESTAT_COUNTS)
      if (Number(cachestat(SYS_CACHESTAT, fd, range, counts, 0)) !== 0) return undefined
      return { held: Number(counts[0]), dirty: Number(counts[1]), writing: Number(counts[2]) }
    },

    pagesHeld(fd, position, size) {
      const address = mmap(null, size, PROT_READ, MAP_SHARED, fd, position)
      if (address === MAP_FAILED) return undefined
      const pages = Buffer.allocUnsafe(Math.ceil(size / pageBytes))
      const answered = mincore(address, size, pages) === 0
      munmap(address, size)
      return answered ? pages : undefined
    },

    isAtHand: atHand(library),

    map(fd, position, size) {
      const address = mmap(null, size, PROT_READ, MAP_SHARED, fd, position) as bigint
      if (address === MAP_FAILED) return undefined
      const bytes = Buffer.from(library.view(address, size))
      return { bytes, unmap: () => void munmap(address, size) }
    },

    beginWriting(fd, position, size) {
      syncFileRange(fd, position, size, SYNC_FILE_RANGE_WRITE)
    },

    finishWriting(fd, position, size) {
      if (syncFileRange(fd, position, size, SYNC_FILE_RANGE_ALL) === 0) return
      const error = callFailure('sync_file_range', library.errno())
      if (!NOT_SUPPORTED.includes(error.code)) throw error
    },

    ...locks(library),
  }
}

function locks(library: NativeLibrary): Pick<Libc, 'conflictingLock' | 'takeLock'> {
  const fcntl = library.func('int fcntl(int fd, int command, ...)')
  /** `struct flock`; start 0 and length 0 are the whole file. */
  const flock = library.struct({
    type: 'int16_t',
    whence: 'int16_t',
    start: 'int64_t',
    length: 'int64_t',
    pid: 'int32_t',
  })
  const flockPointer = library.inout(library.pointer(flock))
  return {
    conflictingLock(fd) {
      const lock = { type: F_WRLCK, whence: 0, start: 0, length: 0, pid: 0 }
      if (fcntl(fd, F_GETLK, flockPointer, lock) !== 0) throw callFailure('fcntl', library.errno())
      return lock.type === F_UNLCK ? undefined : { pid: lock.pid }
    },

    takeLock(fd) {
      const lock = { type: F_WRLCK, whence: 0, start: 0, length: 0, pid: 0 }
      if (fcntl(fd, F_SETLK, flockPointer, lock) === 0) return true
      const error = callFailure('fcntl', library.errno())
      if (['EAGAIN', 'EACCES'].includes(error.code)) return false
      throw error
    },
  }
}

const RWF_NOWAIT = 8
const EAGAIN = 11
/** Nobody looks at it; it stays where it is. */
const READ_BYTE = Buffer.allocUnsafeSlow(1)

/** musl has preadv2 since its version 1.2.5. */
function atHand(library: NativeLibrary): Libc['isAtHand'] {
  let preadv2: (...args: unknown[]) => unknown
  try {
    preadv2 = library.func(
      'int64_t preadv2(int fd, void *vectors, int count, int64_t position, int flags)',
    )
  } catch {
    return () => undefined
  }
  const vectors = BigUint64Array.of(library.address(READ_BYTE), 1n)
  return (fd, position) => {
    if (Number(preadv2(fd, vectors, 1, position, RWF_NOWAIT)) >= 0) return true
    return library.errno() === EAGAIN ? false : undefined
  }
}
