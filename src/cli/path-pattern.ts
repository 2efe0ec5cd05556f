/** Patterns among paths, by fast-glob, over our own disk. Loaded when a word is a pattern: most are not. */
import type { FileSystemAdapter } from 'fast-glob'
import type { Disk, EntryKind } from '../disk/disk.ts'
import { DiskError } from '../base/errors.ts'
import { refusal } from '../disk/disk-failure.ts'

/** Deeper than any file of a log.dir lies; links that lead in circles end here. */
const DEPTH_MAX = 16

export interface PatternSources {
  readonly disk: Disk
  readonly workingDirectory: string
  /** Takes the directories that can't be listed; by default the first is thrown. */
  readonly onRefusal?: (error: DiskError) => void
}

/** The paths that match, sorted; undefined where the word is no pattern. */
export async function expandPattern(
  word: string,
  { disk, workingDirectory, onRefusal }: PatternSources,
): Promise<string[] | undefined> {
  if (!/[*?[\]{}!()]/.test(word)) return undefined
  const { default: glob } = await import('fast-glob')
  if (!glob.isDynamicPattern(word)) return undefined
  const refused: DiskError[] = []
  const paths = glob.globSync(word, {
    cwd: workingDirectory,
    onlyFiles: false,
    deep: DEPTH_MAX,
    fs: fileSystemOf(disk, refused),
  })
  // What matches itself is told of when somebody looks into it.
  const unseen = refused.filter(({ path }) => !paths.includes(path))
  if (onRefusal === undefined && unseen[0] !== undefined) throw unseen[0]
  for (const error of unseen) onRefusal?.(error)
  return paths.sort()
}

function fileSystemOf(disk: Disk, refused: DiskError[]): Partial<FileSystemAdapter> {
  const statSync = (path: string) => {
    const status = disk.status(path)
    if (status === undefined) throw refusal('open', path, 'ENOENT')
    return entryOf('', status.kind)
  }
  const readdirSync = (path: string) => {
    try {
      return disk.list(path).map(({ name, kind }) => entryOf(name, kind))
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      refused.push(error)
      return []
    }
  }
  return { statSync, lstatSync: statSync, readdirSync } as unknown as Partial<FileSystemAdapter>
}

/** As much of node:fs's Dirent and Stats as fast-glob asks; links are followed by the disk. */
function entryOf(name: string, kind: EntryKind) {
  const no = () => false
  return {
    name,
    isFile: () => kind === 'file',
    isDirectory: () => kind === 'directory',
    isSymbolicLink: no,
    isBlockDevice: no,
    isCharacterDevice: no,
    isFIFO: no,
    isSocket: no,
  }
}
