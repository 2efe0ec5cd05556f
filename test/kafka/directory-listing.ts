/** Every file below some directories: what of it a reader must leave as it is. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface ListingOptions {
  /** Names of files that their broker writes anew from time to time: they are left out. */
  readonly rewritten?: RegExp
}

/** By path: size, SHA-256 and, to the nanosecond, when its bytes and its inode last changed. */
export function listFiles(
  directories: readonly string[],
  { rewritten }: ListingOptions = {},
): Record<string, string> {
  const files: Record<string, string> = {}
  for (const directory of directories) {
    for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      if (rewritten?.test(entry.name) === true) continue
      const path = join(entry.parentPath, entry.name)
      if (entry.isDirectory()) {
        files[path] = 'directory'
        continue
      }
      const { size, mtimeNs, ctimeNs } = statSync(path, { bigint: true })
      const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
      files[path] = `${size} ${sha256} ${mtimeNs} ${ctimeNs}`
    }
  }
  return files
}
