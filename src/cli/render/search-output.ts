/** What was found, as JSON lines, or as the text that a dump of just these records would have. */
import type { SearchedPartition } from '../../inspect/search/search.ts'
import type { MatchVisitor } from '../../inspect/search/match-collector.ts'
import type { Batch } from '../../inspect/search/visible-batches.ts'
import type { Segment } from '../../log/segment.ts'
import type { RecordCursor } from '../../record/record-cursor.ts'
import type { ByteOutput } from '../byte-output.ts'
import type { DumpText } from './dump-text.ts'
import { RecordJson } from './record-json.ts'

export interface SearchOutput extends MatchVisitor {
  /** What the matches to come are in. */
  segment(partition: SearchedPartition, segment: Segment): void
}

export class SearchJson implements SearchOutput {
  readonly #json: RecordJson

  constructor(out: ByteOutput) {
    this.#json = new RecordJson(out)
  }

  segment(partition: SearchedPartition): void {
    this.#json.in(partition)
  }

  batch(): void {
    return
  }

  record({ timestampType }: Batch, record: RecordCursor): void {
    this.#json.line(timestampType, record)
  }
}

export class SearchText implements SearchOutput {
  readonly #text: DumpText
  #path: string | undefined

  constructor(text: DumpText) {
    this.#text = text
  }

  segment(_partition: SearchedPartition, { log: { path }, baseOffset }: Segment): void {
    if (path === this.#path) return
    this.#path = path
    this.#text.file({ path, kind: 'log', baseOffset })
  }

  batch(batch: Batch, position: number): void {
    this.#text.batch(batch, position, true)
  }

  record(batch: Batch, record: RecordCursor): void {
    this.#text.record(batch, record)
  }
}
