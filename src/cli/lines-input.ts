/** A file of lines to be read more than once: from a disk, where others may write to it, or kept aside. */
import { CorruptDataError } from '../base/errors.ts'
import type { Disk } from '../disk/disk.ts'
import type { InputStream } from '../disk/input-stream.ts'
import { openCompressedInput } from './compressed-input.ts'
import type { SpooledInput } from './spooled-input.ts'

export interface LinesInput {
  /** In messages. */
  readonly name: string
  /** At its beginning, each time. */
  readonly open: () => Promise<InputStream>
  /** @throws CorruptDataError where the lines are not those that were read first */
  readonly refuseChanged: () => void
}

export function linesOfFile(file: string, disk: Disk): LinesInput {
  const expected = stampOf(file, disk)
  const refuseChanged = () => {
    const found = stampOf(file, disk)
    if (found === expected) return
    const reason = 'the file has changed while it was imported'
    throw new CorruptDataError({ file, position: 0, reason, found, expected })
  }
  return { name: file, open: () => openCompressedInput(file), refuseChanged }
}

export function linesKept(input: SpooledInput, name: string): LinesInput {
  return { name, open: () => Promise.resolve(input.open()), refuseChanged: () => undefined }
}

function stampOf(file: string, disk: Disk): string {
  const { size, mtimeMs } = disk.status(file) ?? { size: 0, mtimeMs: 0 }
  return `${size} bytes, modified at ${new Date(mtimeMs).toISOString()}`
}
