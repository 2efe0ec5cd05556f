/**
 * What is left to do of an import once all of it is staged: a file in the first of the log.dirs, where brokers overlook
 * it. It is there from before the first rename until whoever imports was told of the last one, so that an import which
 * is interrupted meanwhile is finished by the next, and not done twice. The other log.dirs are named as seen from
 * that one: they may be moved together.
 */
import { dirname, join, relative } from 'node:path'
import { CorruptDataError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { replaceFile } from '../../disk/replace-file.ts'
import type { NotedPartition } from './target-logs.ts'

export interface ImportJournal {
  /** Of the import. */
  readonly importId: string
  /** What it is told by to whoever has to run it again. */
  readonly source: string
  /** Of the topic that was there, or was made for it. */
  readonly topicId: string
  readonly partitions: readonly NotedPartition[]
}

const JOURNAL = 'kbroker-import.json'
const OFFSETS: readonly string[] = ['logStartOffset', 'startOffset', 'endOffset']

export function journalPath(logDir: string): string {
  return join(logDir, JOURNAL)
}

export function writeJournal(disk: Disk, logDir: string, journal: ImportJournal): void {
  const partitions = journal.partitions.map(each => {
    return { ...each, logDir: relative(logDir, each.logDir) || '.' }
  })
  const text = JSON.stringify({ ...journal, partitions }, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
  replaceFile(disk, journalPath(logDir), Buffer.from(`${text}\n`))
}

/** @throws CorruptDataError where it is none of ours */
export function readJournal(disk: Disk, logDir: string): ImportJournal | undefined {
  const path = journalPath(logDir)
  if (disk.status(path) === undefined) return undefined
  const bytes = disk.readWhole(path)
  try {
    const { partitions, ...journal } = JSON.parse(bytes.toString('utf8'), (key, value: unknown) =>
      OFFSETS.includes(key) ? BigInt(String(value)) : value,
    ) as ImportJournal
    const placed = partitions.map(each => ({ ...each, logDir: join(logDir, each.logDir) }))
    return { ...journal, partitions: placed }
  } catch {
    throw new CorruptDataError({
      file: path,
      position: 0,
      reason: 'what an import has left to do can not be read',
      found: 'no JSON',
      expected: 'a journal',
    })
  }
}

export function removeJournal(disk: Disk, logDir: string): void {
  const path = journalPath(logDir)
  disk.remove(path)
  disk.syncDirectory(dirname(path))
}
