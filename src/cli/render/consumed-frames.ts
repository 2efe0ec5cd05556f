/** Records as the frames of record-frame.ts, which `produce --binary` reads. */
import type { PartitionCursor } from '../../inspect/consume/partition-cursor.ts'
import { keyOf, valueOf } from '../../record/record-cursor.ts'
import { RecordFrameEncoder } from '../../record/record-frame.ts'
import type { ByteOutput } from '../byte-output.ts'
import type { RecordWriter } from './record-writer.ts'

export class ConsumedFrames implements RecordWriter {
  readonly #out: ByteOutput
  readonly #encoder = new RecordFrameEncoder()

  constructor(out: ByteOutput) {
    this.#out = out
  }

  write({ partition, batch: { timestampType }, record }: PartitionCursor): void {
    const { offset, timestamp } = record
    const [key, value] = [keyOf(record), valueOf(record)]
    const headers = record.headerCount === 0 ? [] : record.headers()
    const frame = { partition, offset, timestampType, timestamp, key, value, headers }
    this.#out.bytes(this.#encoder.encode(frame))
  }
}
