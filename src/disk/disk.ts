/**
 * What the rest of kbroker knows of a disk. Everything above this floor takes a `Disk` as an
 * argument.
 *
 * Calls are synchronous: a scan owns its thread (the command line's, or a worker's), and
 * `fs.readSync` into a reused buffer is the fastest reading Node has. Every failure is a
 * `DiskError` with the operation and the path.
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

/** A file being written, from its beginning to its end. Nothing is durable before `sync`. */
export interface WritableDiskFile {
  readonly path: string
  append(bytes: Buffer): void
  truncate(size: number): void
  sync(): void
  close(): void
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
  /** Replaces `to` in one step. Durable only after `syncDirectory` of its directory. */
  rename(from: string, to: string): void
  /** A file, not a directory. */
  remove(path: string): void
  /** In a directory that is there; refuses (EEXIST) when the name is taken. */
  makeDirectory(path: string): void
  /** Makes creations, renames and removals in that directory durable. */
  syncDirectory(path: string): void
}
