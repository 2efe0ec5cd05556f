import type { DiskFile } from './disk.ts'

/** Bytes by where they lie: what can go from a file to a socket without passing through this process. */
export interface FileRegion {
  readonly path: string
  readonly position: number
  readonly size: number
}

/**
 * A region whose file stays open until it is released, by whoever has it last: it can be read though the file is renamed,
 * removed or given up meanwhile, as a segment is while an old answer is still on its way. Bytes that are cut off the file
 * are gone all the same.
 */
export interface HeldRegion extends FileRegion {
  readonly file: DiskFile
  /** Once. */
  release(): void
}
