/**
 * Input that comes once, kept aside to be read as often as it takes: in a file that has lost its name as soon as it is
 * there, so that nothing is left of it however the process ends.
 */
import { createHash } from 'node:crypto'
import type { Disk, WritableDiskFile } from '../disk/disk.ts'
import type { InputStream } from '../disk/input-stream.ts'

const PIECE_BYTES = 256 * 1024

export class SpooledInput {
  /** Of its bytes, in hex: the same for the same input. */
  readonly digest: string
  readonly #file: WritableDiskFile

  private constructor(file: WritableDiskFile, digest: string) {
    this.#file = file
    this.digest = digest
  }

  /**
   * @param path of the file, which must not be there
   * @throws DiskError
   */
  static async of(input: InputStream, disk: Disk, path: string): Promise<SpooledInput> {
    const file = disk.create(path)
    try {
      disk.remove(path)
      const hash = createHash('sha256')
      const piece = Buffer.allocUnsafe(PIECE_BYTES)
      let size = 0
      for (;;) {
        const read = await input.read(piece, 0)
        if (read === 0) return new SpooledInput(file, hash.digest('hex'))
        const bytes = piece.subarray(0, read)
        hash.update(bytes)
        file.write(bytes, size)
        size += read
      }
    } catch (error) {
      file.close()
      throw error
    } finally {
      input.close()
    }
  }

  /** From its beginning. */
  open(): InputStream {
    const file = this.#file
    let position = 0
    return {
      read(buffer, start) {
        const size = file.read(buffer.subarray(start), position)
        position += size
        return Promise.resolve(size)
      },
      close: () => undefined,
    }
  }

  close(): void {
    this.#file.close()
  }
}
