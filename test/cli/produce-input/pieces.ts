import fc from 'fast-check'
import type { InputStream } from '../../../src/disk/input-stream.ts'
import { OutgoingRecord } from '../../../src/client/outgoing-record.ts'
import { InputWindow } from '../../../src/cli/produce-input/input-window.ts'
import type { RecordReader } from '../../../src/cli/produce-input/record-reader.ts'
import type { NewRecord } from '../../../src/record/batch-builder.ts'

/** Each piece is what one read finds. */
export function streamOf(pieces: readonly (Buffer | string)[]): InputStream {
  let rest = pieces.map(piece => Buffer.from(piece)).filter(({ length }) => length > 0)
  return {
    read(buffer, start) {
      const [piece, ...others] = rest
      if (piece === undefined) return Promise.resolve(0)
      const size = piece.copy(buffer, start)
      rest = size === piece.length ? others : [piece.subarray(size), ...others]
      return Promise.resolve(size)
    },
    close() {
      rest = []
    },
  }
}

/** All that a reader makes of the pieces. What they don't say: partition −1, timestamp 0. */
export async function readAll(
  reader: RecordReader,
  pieces: readonly (Buffer | string)[],
): Promise<(NewRecord & { partition: number })[]> {
  const window = new InputWindow(streamOf(pieces), 'the test')
  const record = new OutgoingRecord()
  const records: (NewRecord & { partition: number })[] = []
  for (;;) {
    record.partition = -1
    record.timestamp = 0
    if (reader.next(window, record)) records.push(copyOf(record))
    else if (window.isEnded) return records
    else await window.fill()
  }
}

export function copyOf(record: OutgoingRecord): NewRecord & { partition: number } {
  const slice = (bytes: Buffer, start: number, size: number) =>
    size < 0 ? null : Buffer.from(bytes.subarray(start, start + size))
  return {
    partition: record.partition,
    timestamp: BigInt(record.timestamp),
    key: slice(record.keyBytes, record.keyStart, record.keySize),
    value: slice(record.valueBytes, record.valueStart, record.valueSize),
    headers: record.headers.map(({ key, value }) => ({
      key: Buffer.from(key),
      value: value === null ? null : Buffer.from(value),
    })),
  }
}

/** Cuts bytes at places that are told in parts of a thousand. */
export function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = places.map(place => Math.floor((place * bytes.length) / 1000))
  const sorted = [0, ...ends.sort((a, b) => a - b), bytes.length]
  return sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end))
}

export function anyPlaces(): fc.Arbitrary<number[]> {
  return fc.array(fc.nat(1000), { maxLength: 6 })
}

/** For reading: `key=value`, ∅ for null, and the headers behind. */
export function textOf({ key, value, headers }: NewRecord): string {
  const text = (bytes: Buffer | null) => bytes?.toString() ?? '∅'
  const told = headers.map(header => ` ${text(header.key)}:${text(header.value)}`)
  return `${text(key)}=${text(value)}${told.join('')}`
}
