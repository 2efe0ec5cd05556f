/**
 * The record line of every command; where everything is to be kept, with what only the record's batch says of it:
 * `leaderEpoch`, `producerId`, `producerEpoch`, `sequence`, `isTransactional`, `control` (COMMIT, ABORT …), each where
 * there is one.
 */
import type { PartitionCursor } from '../../inspect/consume/partition-cursor.ts'
import { BatchV2 } from '../../record/batch-v2.ts'
import { keyOf, valueOf, type RecordCursor } from '../../record/record-cursor.ts'
import type { ByteOutput } from '../byte-output.ts'
import { controlTypeOf } from '../control-type.ts'
import { RecordJson } from './record-json.ts'

export class ExportedJson {
  readonly #json: RecordJson
  readonly #isFull: boolean
  #cursor: PartitionCursor | undefined

  constructor(out: ByteOutput, { isFull }: { readonly isFull: boolean }) {
    this.#json = new RecordJson(out)
    this.#isFull = isFull
  }

  write(cursor: PartitionCursor): void {
    if (cursor !== this.#cursor) {
      this.#cursor = cursor
      this.#json.in(cursor)
    }
    const { batch, record } = cursor
    const isFull = this.#isFull && batch instanceof BatchV2
    this.#json.line(batch.timestampType, record, isFull ? batchMembers(batch, record) : '')
  }
}

function batchMembers(batch: BatchV2, record: RecordCursor): string {
  const { partitionLeaderEpoch, producerId, producerEpoch, isTransactional, isControl } = batch
  let text = partitionLeaderEpoch < 0 ? '' : `,"leaderEpoch":${partitionLeaderEpoch}`
  if (producerId >= 0n) {
    text += `,"producerId":${producerId},"producerEpoch":${producerEpoch}`
    if (record.sequence >= 0) text += `,"sequence":${record.sequence}`
  }
  if (isTransactional) text += ',"isTransactional":true'
  return isControl ? `${text},"control":"${controlTypeOf(keyOf(record), valueOf(record))}"` : text
}
