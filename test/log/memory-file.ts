import type { DiskFile } from '../../src/disk/disk.ts'

/** Bytes as a file, which counts what is asked of it. */
export class MemoryFile implements DiskFile {
  readonly path: string
  bytesRead = 0
  readonly #bytes: Buffer

  constructor(bytes: Buffer, path = 'a-0/00000000000000000000.log') {
    this.path = path
    this.#bytes = bytes
  }

  size(): number {
    return this.#bytes.length
  }

  read(buffer: Buffer, position: number): number {
    const size = this.#bytes.copy(buffer, 0, position)
    this.bytesRead += size
    return size
  }

  close(): void {
    // Nothing is held.
  }
}
