/**
 * The partitions that a command is to change: words as every command takes them, each with the log.dir it lies in: the
 * folder above, even where a copy was made aside and no broker looks after it.
 */
import { dirname, resolve } from 'node:path'
import { UsageError } from '../base/errors.ts'
import type { CommandContext } from './command-context.ts'
import { logDirsOf, type LogDirsOption } from './common-options.ts'
import { refuseRepeated } from './required-log-dirs.ts'
import { expandLogDirs, type PartitionTarget, resolveTargets } from './targets.ts'

export interface MaintainedPartitions {
  readonly partitions: readonly MaintainedPartition[]
  /** All that were named, whether or not a partition in them was. To be held while anything is changed. */
  readonly logDirs: readonly string[]
}

export interface MaintainedPartition {
  /** Of its folder. */
  readonly path: string
  readonly name: string
  readonly topic: string
  readonly partition: number
  readonly logDir: string
}

/**
 * Those that serve; what waits for its deletion, or is being moved, is not among them unless it was named by its path.
 *
 * @throws UsageError where a word names something else, or nothing at all
 * @throws DiskError
 */
export async function maintainedPartitions(
  words: readonly string[],
  options: LogDirsOption,
  {
    disk,
    environment,
    workingDirectory,
  }: Pick<CommandContext, 'disk' | 'environment' | 'workingDirectory'>,
): Promise<MaintainedPartitions> {
  const given = logDirsOf(options, environment)
  if (words.length === 0 && given.length === 0) {
    throw new UsageError('nothing to work on: give paths, or --log-dirs, or set KBROKER_LOG_DIRS')
  }
  refuseRepeated(given, disk)
  const targets = await resolveTargets(words, { logDirs: given, disk, workingDirectory })
  const logDirs = new Map(given.map(path => [resolve(workingDirectory, path), path]))
  for (const { kind, path } of targets) {
    if (kind === 'log-dir') logDirs.set(resolve(workingDirectory, path), path)
  }
  const partitions = expandLogDirs(targets, disk)
    .filter(target => target.kind === 'file' || target.state === 'live' || targets.includes(target))
    .map(target => {
      if (target.kind === 'file') {
        throw new UsageError(`${target.path} is a file: give the folder of its partition`)
      }
      const parent = target.logDir ?? dirname(resolve(workingDirectory, target.path))
      const absolute = resolve(workingDirectory, parent)
      const logDir = logDirs.get(absolute) ?? parent
      logDirs.set(absolute, logDir)
      return { ...named(target), logDir }
    })
  return { partitions, logDirs: [...logDirs.values()] }
}

function named({ path, name, topic, partition }: PartitionTarget) {
  if (topic === undefined || partition === undefined) {
    throw new UsageError(
      `${path}: the folder's name tells no topic and partition, as orders-0 does`,
    )
  }
  return { path, name, topic, partition }
}
