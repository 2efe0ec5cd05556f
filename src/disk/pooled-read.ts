/** Reading without holding up the thread, by Node's thread pool. */
import fs from 'node:fs'
import { DiskError } from '../base/errors.ts'
import type { DiskFile } from './disk.ts'
import { NodeFile } from './node-disk.ts'

/**
 * Fills `buffer` from `position` on, as DiskFile's `read` does, which is called where the file has no descriptor. The file
 * has to stay open meanwhile.
 *
 * @returns the bytes read, fewer than asked only at the end of the file
 */
export async function pooledRead(
  file: DiskFile,
  buffer: Buffer,
  position: number,
): Promise<number> {
  if (!(file instanceof NodeFile)) return file.read(buffer, position)
  let count = 0
  while (count < buffer.length) {
    const got = await readOnce(file, buffer.subarray(count), position + count)
    if (got === 0) break
    count += got
  }
  return count
}

function readOnce({ path, fd }: NodeFile, buffer: Buffer, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, buffer, 0, buffer.length, position, (cause, count) => {
      if (cause === null) resolve(count)
      else reject(new DiskError('read', path, cause))
    })
  })
}
