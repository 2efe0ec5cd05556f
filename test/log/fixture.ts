/** What Apache Kafka wrote (fixtures/), and what its own kafka-dump-log said of it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { parsePartitionFolder } from '../../src/log/file-names.ts'
import {
  readPartitionDirectory,
  type PartitionDirectory,
} from '../../src/log/partition-directory.ts'

const FIXTURES = join(import.meta.dirname, '../../fixtures')

/** Those that Apache Kafka wrote and nobody damaged: their names end in its version. */
export const FIXTURE_NAMES = readdirSync(FIXTURES).filter(name => /-\d+\.\d+$/.test(name))

export function fixturePath(...parts: readonly string[]): string {
  return join(FIXTURES, ...parts)
}

/** All log.dirs of a fixture. */
export function logDirsOf(fixture: string): string[] {
  return nodeDisk
    .list(fixturePath(fixture))
    .filter(({ name, kind }) => kind === 'directory' && name !== 'expected')
    .map(({ name }) => fixturePath(fixture, name))
}

/** The folders of a fixture's partitions, in all its log.dirs. */
export function partitionsOf(fixture: string): PartitionDirectory[] {
  return logDirsOf(fixture).flatMap(logDir =>
    nodeDisk
      .list(logDir)
      .filter(({ name, kind }) => kind === 'directory' && parsePartitionFolder(name) !== undefined)
      .map(({ name }) => readPartitionDirectory(nodeDisk, join(logDir, name))),
  )
}

export interface DumpedFile {
  /** From the fixtures on. */
  readonly name: string
  readonly path: string
  readonly bytes: Buffer
  readonly lines: readonly string[]
  /** The tool may have crashed over the file, after some of its lines. */
  readonly isWhole: boolean
}

/** What kafka-dump-log printed of each file with that ending. */
export function dumpedFiles(ending: string): DumpedFile[] {
  return FIXTURE_NAMES.flatMap(fixture => {
    const folder = fixturePath(fixture, 'expected', 'dump')
    return readdirSync(folder)
      .flatMap(name => dumpsIn(readFileSync(join(folder, name), 'utf8')))
      .filter(({ name }) => name.endsWith(ending))
      .map(({ name, lines, isWhole }) => {
        const path = fixturePath(fixture, name)
        return { name: join(fixture, name), path, bytes: readFileSync(path), lines, isWhole }
      })
  })
}

interface Dump {
  readonly name: string
  readonly lines: readonly string[]
  readonly isWhole: boolean
}

function dumpsIn(text: string): Dump[] {
  return text.split('--- arguments\n').flatMap(run => {
    const [, stdout = '', stderr = ''] = run.split(/^--- std(?:out|err)\n/m)
    const dumps = stdout.split(/^Dumping /m).slice(1)
    return dumps.map((dump, position) => {
      const [name = '', ...lines] = dump.replace(/\n$/, '').split('\n')
      const isLast = position === dumps.length - 1
      return { name, lines, isWhole: !(isLast && stderr.includes('Exception in thread')) }
    })
  })
}

/** The lines of expected/offsets.txt: what a broker answered to kafka-get-offsets --time. */
export interface AnsweredOffset {
  readonly time: string
  readonly folder: string
  readonly offset: bigint
}

export function answeredOffsets(fixture: string): AnsweredOffset[] {
  const path = fixturePath(fixture, 'expected', 'offsets.txt')
  if (nodeDisk.status(path) === undefined) return []
  const lines = readFileSync(path, 'utf8').trim().split('\n')
  return lines.map(line => {
    const [, time = '', topic = '', partition = '', offset = ''] =
      /^(\S+) (.+):(\d+):(\d*)$/.exec(line) ?? []
    return { time, folder: `${topic}-${partition}`, offset: BigInt(offset) }
  })
}
