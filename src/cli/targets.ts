/**
 * What a command line points at. Every command that takes paths takes them this way:
 *
 * | word                      | means                                                                      |
 * |---------------------------|----------------------------------------------------------------------------|
 * | `orders`, `orders-0`      | with log.dirs given, and no `/` in it: a topic, or one partition, in them  |
 * | a path that exists        | that file, partition folder or log.dir                                     |
 * | a pattern (`*`, `**`, `?`, `[…]`, `{a,b}`) | all that match; each is one of the above                  |
 * | no word at all            | the log.dirs given, as a whole                                             |
 *
 * A path with a `/` in it that is not there is an item that can't be read, as a broker's disk may be: DiskError, exit code 1
 * (`verify`: 5). A word without one, that is neither a name nor a path, is misspelt: UsageError, 2.
 *
 * A name is looked for in the log.dirs first: `./orders` is the path. What is being deleted, moved or unknown
 * (`-delete`, `-future`, `-stray`) is reached by its path or through its log.dir, not by a topic's name.
 */
import { basename, resolve } from 'node:path'
import { assertNever, DiskError, UsageError } from '../base/errors.ts'
import type { Disk } from '../disk/disk.ts'
import { noFile, refusal } from '../disk/disk-failure.ts'
import { identityOf } from '../disk/file-identity.ts'
import {
  isPartitionFileName,
  parsePartitionFolder,
  type PartitionFolderName,
  type PartitionState,
} from '../log/file-names.ts'
import { classifyPath, findPartitions } from '../log-dirs/locate.ts'
import { partitionFolderOf } from '../log-dirs/log-dir.ts'
import { expandPattern } from './path-pattern.ts'

export type Target = FileTarget | PartitionTarget | LogDirTarget

/** Whatever it holds: a segment, an index, a checkpoint. */
export interface FileTarget {
  readonly kind: 'file'
  /** As it was given, or found; relative ones count from the working directory. */
  readonly path: string
}

export interface PartitionTarget {
  readonly kind: 'partition'
  readonly path: string
  /** The folder's name. */
  readonly name: string
  /** Absent, as `partition`, where the name is not that of a partition's folder: a copy under another name. */
  readonly topic?: string
  readonly partition?: number
  readonly state: PartitionState
  /** Absent where the folder was named by its own path. */
  readonly logDir?: string
}

export interface LogDirTarget {
  readonly kind: 'log-dir'
  readonly path: string
}

export interface TargetSources {
  /** From --log-dirs or the environment; see logDirsOf. */
  readonly logDirs: readonly string[]
  readonly disk: Disk
  readonly workingDirectory: string
  /** Takes what can't be looked at, of several paths or of a pattern; by default it is thrown. */
  readonly onRefusal?: (error: DiskError) => void
}

/**
 * In the order of the words, each target once.
 *
 * @throws UsageError where a word names nothing that kbroker reads
 * @throws DiskError where no path exists, or can be listed
 */
export async function resolveTargets(
  words: readonly string[],
  sources: TargetSources,
): Promise<Target[]> {
  const found = new Map<string, Target>()
  const wanted = words.length === 0 ? sources.logDirs.map(logDirTarget(sources)) : []
  const { onRefusal } = sources
  const refusals: DiskError[] = []
  for (const word of words) {
    try {
      wanted.push(...(await targetsOf(word, sources)))
    } catch (error) {
      if (!(error instanceof DiskError) || onRefusal === undefined) throw error
      refusals.push(error)
    }
  }
  if (wanted.length === 0 && refusals[0] !== undefined) throw refusals[0]
  for (const error of refusals) onRefusal?.(error)
  for (const target of wanted) {
    const identity = identityOf(target.path, sources.disk)
    if (!found.has(identity)) found.set(identity, target)
  }
  return [...found.values()]
}

/**
 * The partitions that serve a topic, which a word may name only where it is no partition's name.
 *
 * @throws UsageError where there are none
 */
export function partitionsOfTopic(
  topic: string,
  { logDirs, disk }: Pick<TargetSources, 'logDirs' | 'disk'>,
): PartitionTarget[] {
  if (logDirs.length === 0) {
    throw new UsageError(
      `where is topic ${topic}? Say --log-dirs DIR[,DIR], or set the variable KBROKER_LOG_DIRS`,
    )
  }
  const found = findPartitions(disk, logDirs, topic).filter(({ parsed }) => parsed.topic === topic)
  if (found.length === 0) throw new UsageError(`no topic ${topic} in ${logDirs.join(', ')}`)
  return found.map(({ path, name, parsed, logDir }) => partitionTarget(path, name, parsed, logDir))
}

/** Puts the partition folders of a log.dir, of whatever state, in its place; each once, as it was named if it was. */
export function expandLogDirs(
  targets: readonly Target[],
  disk: Disk,
): (FileTarget | PartitionTarget)[] {
  const expanded = new Map<string, FileTarget | PartitionTarget>()
  for (const target of targets) {
    const isNamed = target.kind !== 'log-dir'
    const members = isNamed ? [target] : partitionsIn(target.path, disk)
    for (const member of members) {
      const key = targets.length === 1 ? member.path : identityOf(member.path, disk)
      if (isNamed || !expanded.has(key)) expanded.set(key, member)
    }
  }
  return [...expanded.values()]
}

/** The partition folders of a log.dir, sorted by name. */
export function partitionsIn(logDir: string, disk: Disk): PartitionTarget[] {
  return disk
    .list(logDir)
    .flatMap(entry => partitionFolderOf(logDir, entry))
    .map(({ path, name, parsed }) => partitionTarget(path, name, parsed, logDir))
}

async function targetsOf(word: string, sources: TargetSources): Promise<Target[]> {
  if (word === '') throw new UsageError('an empty word where a path or a topic was expected')
  const named = sources.logDirs.length > 0 && isName(word) ? targetsNamed(word, sources) : []
  if (named.length > 0) return named
  const { disk } = sources
  if (disk.status(word) !== undefined) return [targetAt(word, sources)]
  const matching = await expandPattern(word, sources)
  if (matching === undefined) throw nothingAt(word, sources)
  if (matching.length === 0) throw new UsageError(`no file or folder matches ${word}`)
  return matching.flatMap(path => matched(path, sources))
}

function matched(path: string, sources: TargetSources): Target[] {
  try {
    return [targetAt(path, sources)]
  } catch (error) {
    if (!(error instanceof DiskError) || sources.onRefusal === undefined) throw error
    sources.onRefusal(error)
    return []
  }
}

/** Not a path, unless of something in the working directory. */
export function isName(word: string): boolean {
  return !/[/\\]/.test(word)
}

/** @throws UsageError where the name is both a topic's and a partition's: topic `a-1`, partition 1 of topic `a` */
function targetsNamed(word: string, { logDirs, disk }: TargetSources): PartitionTarget[] {
  const found = findPartitions(disk, logDirs, word)
  const ofTopic = found.find(({ parsed }) => parsed.topic === word)
  const other = found.find(({ parsed }) => parsed.topic !== word)
  if (ofTopic !== undefined && other !== undefined) {
    throw new UsageError(
      `${word} is a topic, and a partition of another one, too; give the path of what you mean: ` +
        `${ofTopic.path} or ${other.path}`,
    )
  }
  return found.map(({ path, name, parsed, logDir }) => partitionTarget(path, name, parsed, logDir))
}

function partitionTarget(
  path: string,
  name: string,
  { topic, partition, state }: PartitionFolderName,
  logDir: string,
): PartitionTarget {
  return { kind: 'partition', path, name, topic, partition, state, logDir }
}

function logDirTarget({ disk }: TargetSources): (path: string) => Target {
  return path => {
    const status = disk.status(path)
    if (status === undefined) throw refusal('open', path, 'ENOENT')
    if (status.kind !== 'directory') throw refusal('list', path, 'ENOTDIR')
    return { kind: 'log-dir', path }
  }
}

function targetAt(path: string, { disk, workingDirectory }: TargetSources): Target {
  const { kind } = classifyPath(disk, path)
  switch (kind) {
    case 'file':
    case 'log-dir':
      return { kind, path }
    case 'partition': {
      const name = basename(resolve(workingDirectory, path))
      const folder = parsePartitionFolder(name)
      const state = folder?.state ?? 'live'
      const names = folder && { topic: folder.topic, partition: folder.partition }
      return { kind, path, name, ...names, state }
    }
    case 'missing':
      throw refusal('open', path, 'ENOENT')
    case 'unrelated': {
      const status = disk.status(path)
      const isNamedSo = isPartitionFileName(basename(resolve(workingDirectory, path)))
      if (status !== undefined && (status.kind === 'other' || isNamedSo)) {
        throw noFile(path, status)
      }
      throw new UsageError(
        `${path} is neither a file, a log.dir nor a partition's folder: ` +
          'it has no meta.properties, no folder named topic-partition and no segment',
      )
    }
    default:
      return assertNever(kind)
  }
}

/** What commands that take no names say of a word that leads to nothing. */
export function missing(word: string): DiskError | UsageError {
  return isName(word)
    ? new UsageError(`no file or folder ${word}`)
    : refusal('open', word, 'ENOENT')
}

function nothingAt(word: string, { logDirs }: TargetSources): Error {
  if (!isName(word)) return missing(word)
  if (logDirs.length > 0) {
    return new UsageError(
      `no topic or partition ${word} in ${logDirs.join(', ')}, and no file by that name`,
    )
  }
  return new UsageError(
    `no file or folder ${word}; to find a topic or a partition by its name, ` +
      'say where: --log-dirs DIR[,DIR] or the variable KBROKER_LOG_DIRS',
  )
}
