/** Which copies `diff` holds against each other: two folders of partitions, or what two sets of log.dirs both serve. */
import { UsageError } from '../base/errors.ts'
import type { Disk } from '../disk/disk.ts'
import { classifyPath } from '../log-dirs/locate.ts'
import { splitList } from './common-options.ts'
import { missing, partitionsIn } from './targets.ts'

export interface CopyPair {
  readonly name: string
  /** Of its folder; undefined where that copy is not there. */
  readonly a: string | undefined
  readonly b: string | undefined
}

/**
 * @param words a folder, or log.dirs with commas between them; twice
 * @param names topics, or partitions, of those log.dirs; none for all
 * @throws UsageError where there is nothing to compare
 * @throws DiskError where a path does not exist
 */
export function copyPairs(
  words: readonly [string, string],
  names: readonly string[],
  disk: Disk,
): CopyPair[] {
  const [first, second] = words
  const kinds = words.map(word => kindOf(word, disk))
  if (kinds[0] !== kinds[1]) {
    throw new UsageError(`${first} is ${kinds[0]}, and ${second} is ${kinds[1]}: give two alike`)
  }
  if (kinds[0] === 'a partition') {
    if (names.length === 0) return [{ name: first, a: first, b: second }]
    throw new UsageError(`too many arguments: ${names[0]}; two partitions are compared as they are`)
  }
  const [copiesA, copiesB] = [copiesIn(first, disk), copiesIn(second, disk)]
  const all = [...new Set([...copiesA.keys(), ...copiesB.keys()])].sort(byTopicAndNumber)
  const chosen = all.filter(name => names.length === 0 || names.some(each => isNamed(name, each)))
  for (const name of names) {
    if (chosen.some(each => isNamed(each, name))) continue
    throw new UsageError(`no topic or partition ${name} in ${first}, nor in ${second}`)
  }
  return chosen.map(name => ({ name, a: copiesA.get(name), b: copiesB.get(name) }))
}

function kindOf(word: string, disk: Disk): 'a partition' | 'log.dirs' {
  const kinds = new Set(splitList(word).map(path => classifyPath(disk, path).kind))
  if (kinds.size === 1 && kinds.has('log-dir')) return 'log.dirs'
  if (classifyPath(disk, word).kind === 'partition') return 'a partition'
  const absent = splitList(word).find(path => disk.status(path) === undefined)
  if (absent !== undefined) throw missing(absent)
  throw new UsageError(
    `${word}: expected the folder of a partition, or log.dirs with commas between them`,
  )
}

function copiesIn(word: string, disk: Disk): Map<string, string> {
  const copies = new Map<string, string>()
  for (const logDir of splitList(word)) {
    for (const { name, path, state } of partitionsIn(logDir, disk)) {
      if (state === 'live') copies.set(name, path)
    }
  }
  return copies
}

function isNamed(partition: string, word: string): boolean {
  return partition === word || partition.slice(0, partition.lastIndexOf('-')) === word
}

function byTopicAndNumber(a: string, b: string): number {
  const [topicA, topicB] = [a, b].map(name => name.slice(0, name.lastIndexOf('-')))
  if (topicA !== topicB) return topicA! < topicB! ? -1 : 1
  return Number(a.slice(topicA!.length + 1)) - Number(b.slice(topicB!.length + 1))
}
