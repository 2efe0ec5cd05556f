/**
 * A snapshot of the cluster metadata (`.checkpoint`): batches like a log's, offsets from 0 on, that begin with a header
 * and end with a footer. Kafka trusts its name alone: a snapshot gets it once it is complete.
 *
 * Source: org.apache.kafka.snapshot.RecordsSnapshotWriter, FileRawSnapshotReader
 */
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import type { BatchScanner } from '../../log/batch-scanner.ts'
import { decodeControlRecord } from '../../protocol/control-record.ts'
import { RefusedRecordError } from '../../protocol/dumped-record.ts'
import { keyOf, valueOf } from '../../record/record-cursor.ts'
import { recordsOf } from '../../record/records.ts'
import type { Batch } from '../dump/dump-sink.ts'
import type { FindingPlace } from './finding.ts'
import type { FindingKind } from './finding-kinds.ts'
import { headerFlaw } from './header-check.ts'
import { LogWalk, type ByteSpan, type Checksums, type LogVisitor } from './log-walk.ts'
import { checkRecords, tooLarge } from './records-check.ts'

export interface KraftSnapshotOptions {
  readonly disk: Disk
  readonly limits: DecodeLimits
  readonly report: (kind: FindingKind, place: FindingPlace) => void
}

export function checkKraftSnapshot(path: string, options: KraftSnapshotOptions): void {
  const file = options.disk.open(path)
  try {
    const check = new KraftSnapshotCheck(path, options)
    const { limits } = options
    new LogWalk(file, { limits, deep: true, baseOffset: undefined }, check).run()
    check.end(file.size())
  } finally {
    file.close()
  }
}

class KraftSnapshotCheck implements LogVisitor {
  readonly #path: string
  readonly #options: KraftSnapshotOptions
  #nextOffset = 0n
  #count = 0
  #lastType: string | undefined
  #hasDamage = false
  #isLastRead = true

  constructor(path: string, options: KraftSnapshotOptions) {
    this.#path = path
    this.#options = options
  }

  batch(header: Batch, scanner: BatchScanner): void {
    const { position } = scanner
    const { baseOffset, lastOffset } = header
    const flaw = headerFlaw(header)
    if (flaw !== undefined) this.#report(position, flaw.found, flaw.expected)
    if (baseOffset !== this.#nextOffset && !this.#hasDamage) {
      this.#report(position, `offset ${baseOffset}`, `${this.#nextOffset}`)
    }
    this.#nextOffset = lastOffset + 1n
    const { limits } = this.#options
    this.#isLastRead = header.size <= limits.batchBytesMax
    if (!this.#isLastRead) {
      this.#count++
      const { found, expected } = tooLarge(header.size, limits)
      return this.#report(position, found, expected, 'too-large')
    }
    const batch = scanner.body()
    const { flaw: inside } = checkRecords(batch, limits)
    if (inside !== undefined) {
      const kind = inside.kind === 'too-large' ? inside.kind : undefined
      this.#report(position, inside.found, inside.expected, kind)
    }
    const types = inside === undefined && batch.isControl ? controlTypes(batch, limits) : ['data']
    this.#lastType = types.at(-1)
    if (this.#count === 0 && types[0] !== 'SNAPSHOT_HEADER') {
      this.#report(position, `${types[0] ?? 'nothing'} first`, 'a snapshot header')
    }
    this.#count++
  }

  badChecksum(_batch: Batch, { from }: ByteSpan, { stored, computed }: Checksums): void {
    this.#hasDamage = true
    const found = `Record is corrupt (stored crc = ${stored}, computed crc = ${computed ?? 'none'})`
    this.#report(from, found, 'a checksum that holds')
  }

  hole({ from, to }: ByteSpan): void {
    this.#hasDamage = true
    this.#report(from, `${to - from} bytes that are no batch`, 'a record batch')
  }

  tail({ from, to }: ByteSpan): void {
    this.#hasDamage = true
    this.#report(from, `${to - from} bytes that are no batch`, 'the end of the file')
  }

  end(size: number): void {
    if (this.#lastType === 'SNAPSHOT_FOOTER' || this.#hasDamage || !this.#isLastRead) return
    this.#report(size, 'the end of the file', 'a snapshot footer before it')
  }

  #report(
    position: number,
    found: string,
    expected: string,
    kind: 'kraft-snapshot' | 'too-large' = 'kraft-snapshot',
  ): void {
    this.#options.report(kind, { file: this.#path, position, found, expected })
  }
}

function controlTypes(batch: Batch, limits: DecodeLimits): string[] {
  const records = recordsOf(batch, limits)
  const types: string[] = []
  try {
    while (records.next()) types.push(decodeControlRecord(keyOf(records), valueOf(records)).type)
  } catch (error) {
    if (!(error instanceof RefusedRecordError)) throw error
  }
  return types
}
