/** The records of a file of lines, each with the place that it says it had; read as often as is needed. */
import { CorruptDataError } from '../base/errors.ts'
import { ANY_PARTITION, OutgoingRecord } from '../client/outgoing-record.ts'
import type { RecordProblem } from '../client/topic-rules.ts'
import type { LinesInput } from './lines-input.ts'
import { DelimitedReader } from './produce-input/delimited-reader.ts'
import { InputWindow } from './produce-input/input-window.ts'
import { JsonLine } from './produce-input/json-line.ts'
import { RecordPlace } from './produce-input/record-place.ts'

export interface ImportedLine {
  /** Its partition is told, and its time. The same object for all lines, moved along, as its place. */
  readonly record: OutgoingRecord
  readonly place: RecordPlace
  /** What is wrong with it, told by its line. */
  refused(problem: RecordProblem): CorruptDataError
}

export interface LinesOptions {
  readonly input: LinesInput
  /** For all records, whatever they say. */
  readonly partition: number | undefined
  /** Of those that don't say when. */
  readonly nowMs: number
  /** Bytes of a record. */
  readonly sizeMax: number
}

/** A byte of a record may take six in JSON: \u0001. */
const JSON_GROWTH = 6
const ENVELOPE_BYTES = 64 * 1024
const LINE_FEED = Buffer.from('\n')

/** @throws CorruptDataError, LimitError about the file's bytes; DiskError where it can't be read */
export async function eachLine(
  { input, partition, nowMs, sizeMax }: LinesOptions,
  visit: (line: ImportedLine) => void,
): Promise<void> {
  const place = new RecordPlace()
  const record = new OutgoingRecord()
  const reader = new DelimitedReader(new JsonLine(place), {
    delimiter: LINE_FEED,
    sizeMax: JSON_GROWTH * sizeMax + ENVELOPE_BYTES,
    skipsBlank: true,
  })
  const refused = (problem: RecordProblem) => {
    const reason = `${reader.place}: ${problem.reason}`
    return new CorruptDataError({ ...problem, file: input.name, position: reader.position, reason })
  }
  const line = { record, place, refused }
  const window = new InputWindow(await input.open(), input.name)
  try {
    while (!window.isEnded) {
      await window.fill()
      for (;;) {
        record.partition = ANY_PARTITION
        record.timestamp = nowMs
        if (!reader.next(window, record)) break
        if (partition === undefined && record.partition === ANY_PARTITION) {
          throw refused({
            reason: 'the record says no partition',
            found: 'none',
            expected: 'one, or --partition for all',
          })
        }
        visit(line)
      }
    }
  } finally {
    window.close()
  }
}
