/**
 * What the rest of kbroker knows of a disk. Everything above this floor takes a `Disk` as an
 * argument.
 *
 * Calls are synchronous: a scan owns its thread (the command line's, or a worker's), and
 * `fs.readSync` into a reused buffer is the fastest reading Node has; a write goes to the page
 * cache, which is a copy in memory. Only `datasync`, which waits for the disk itself, is not. Every
 * failure is a `DiskError` with the operation and the path.
 */

/** What a name leads to; symbolic links are followed, and one that leads nowhere is 'other'. */
export type EntryKind = 'file' | 'directory' | 'other'

export interface DirectoryEntry {
  readonly name: string
  readonly kind: EntryKind
  /** Of the other ones, in words: 'a named pipe', 'a link that leads nowhere'. */
  readonly what?: string
}

export interface FileStatus {
  readonly kind: EntryKind
  /** As in DirectoryEntry. */
  readonly what?: string
  readonly size: number
  /** Bytes taken on disk: fewer than `size` for a sparse file, more for one allocated ahead. */
  readonly allocated: number
  readonly mtimeMs: number
  readonly inode: bigint
  readonly device: bigint
}

export interface DiskSpace {
  readonly totalBytes: bigint
  readonly freeBytes: bigint
  /** What this user may take of the free bytes. */
  readonly usableBytes: bigint
}

/** A file opened for reading. It may grow meanwhile: a live broker appends. */
export interface DiskFile {
  readonly path: string
  /** Asks anew each time. */
  size(): number
  /**
   * Fills `buffer` from `position` on; returns the bytes read, fewer than asked only at the end of
   * the file.
   */
  read(buffer: Buffer, position: number): number
  close(): void
}

/** A file opened for reading and writing. Nothing is durable before it is synced. */
export interface WritableDiskFile extends DiskFile {
  /** Behind the last byte. */
  append(bytes: Buffer): void
  /** At a position; beyond the end zeros fill the gap. A failure may leave a part of it written. */
  write(bytes: Buffer, position: number): void
  /** To a length; zeros fill what it grows by. */
  truncate(size: number): void
  /** Sets when it was changed last; what is written behind that changes it again. */
  setModified(mtimeMs: number): void
  /** Has the disk begin to take bytes that were written, without waiting for it. It promises nothing. */
  beginSync(position: number, size: number): void
  /**
   * Waits for what was begun, and takes it out of the page cache, where that is possible. It promises nothing either: only
   * `sync` does.
   */
  finishSync(position: number, size: number): void
  /** Makes the bytes and the length durable. */
  sync(): void
  /**
   * The same for what was written before the call, without holding up the thread meanwhile. After a
   * failure nobody knows what is durable, and asking again would not tell: the kernel has forgotten
   * what it could not write.
   */
  datasync(): Promise<void>
}

export interface Disk {
  /** Sorted by name (by code unit, so the order is the same everywhere). */
  list(path: string): DirectoryEntry[]
  /** Undefined when there is nothing by that name. */
  status(path: string): FileStatus | undefined
  /** Regular files only. */
  open(path: string): DiskFile
  /** For small files; LimitError beyond `sizeMax`, by default SMALL_FILE_BYTES_MAX. */
  readWhole(path: string, sizeMax?: number): Buffer
  /** Undefined where the disk can't tell. */
  space(path: string): DiskSpace | undefined
  /** A new, empty file; refuses (EEXIST) to touch one that is there. */
  create(path: string): WritableDiskFile
  /** A regular file that is there. */
  openForWriting(path: string): WritableDiskFile
  /** Replaces `to` in one step. Durable only after `syncDirectory` of its directory. */
  rename(from: string, to: string): void
  /** Another name for the same bytes, on the same file system; refuses (EEXIST) to replace one. */
  link(existing: string, added: string): void
  /** A file, not a directory. */
  remove(path: string): void
  /** In a directory that is there; refuses (EEXIST) when the name is taken. */
  makeDirectory(path: string): void
  /** Empty ones only (ENOTEMPTY). */
  removeDirectory(path: string): void
  /** Makes creations, renames and removals in that directory durable. */
  syncDirectory(path: string): void
}
