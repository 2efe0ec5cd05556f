/** The log.dirs of a command that looks at nothing else. */
import { resolve } from 'node:path'
import { UsageError } from '../base/errors.ts'
import type { Disk } from '../disk/disk.ts'
import { refusal } from '../disk/disk-failure.ts'
import { identityOf } from '../disk/file-identity.ts'
import { classifyPath } from '../log-dirs/locate.ts'
import type { CommandContext } from './command-context.ts'
import { logDirsOf, type LogDirsOption } from './common-options.ts'

/**
 * @param words of the command line, among which somebody may have put a log.dir
 * @throws UsageError where none is given, or one of them is something else
 * @throws DiskError where one does not exist
 */
export function requiredLogDirs(
  options: LogDirsOption,
  { disk, environment }: Pick<CommandContext, 'disk' | 'environment'>,
  words: readonly string[],
): readonly string[] {
  const logDirs = logDirsOf(options, environment)
  if (logDirs.length === 0) {
    const meant = words.find(word => classifyPath(disk, word).kind === 'log-dir')
    const advice = meant === undefined ? 'give --log-dirs' : `give --log-dirs ${meant}`
    throw new UsageError(`nothing to look at: ${advice}, or set KBROKER_LOG_DIRS`)
  }
  for (const path of logDirs) requireLogDir(disk, path)
  return logDirs
}

/** Which a broker would not start over either. @throws UsageError where one is given twice, by whatever name */
export function refuseRepeated(paths: readonly string[], disk: Disk): void {
  const known = new Map<string, string>()
  for (const path of paths) {
    const identity = identityOf(resolve(path), disk)
    const other = known.get(identity)
    if (other !== undefined) throw new UsageError(`the same log.dir twice: ${other} and ${path}`)
    known.set(identity, path)
  }
}

/**
 * @throws UsageError where it is something else
 * @throws DiskError where it does not exist
 */
export function requireLogDir(disk: Disk, path: string): void {
  const { kind } = classifyPath(disk, path)
  if (kind === 'missing') throw refusal('open', path, 'ENOENT')
  if (kind === 'log-dir') return
  const isEmpty = kind === 'unrelated' && isEmptyDirectory(disk, path)
  throw new UsageError(`${path} is no log.dir: it is ${isEmpty ? 'empty' : WORDS[kind]}`)
}

function isEmptyDirectory(disk: Disk, path: string): boolean {
  return disk.status(path)?.kind === 'directory' && disk.list(path).length === 0
}

const WORDS = {
  file: 'a file',
  partition: "a partition's folder; give the folder it lies in",
  unrelated: 'none of the directories that Kafka writes into',
} as const
