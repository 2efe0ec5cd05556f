/** A dump as bytes: every field of every batch with its position in the file, its bytes, its name and its value. */
import type { Batch, DumpSink } from '../../inspect/dump/dump-sink.ts'
import { annotateBatch } from '../../record/annotate.ts'
import type { ByteOutput } from '../byte-output.ts'
import { DumpText, type DumpOutputs, type DumpTextOptions } from './dump-text.ts'

const BYTES_PER_LINE = 16

export class DumpHex extends DumpText implements DumpSink {
  readonly #out: ByteOutput

  constructor(outputs: DumpOutputs, options: DumpTextOptions) {
    super(outputs, options)
    this.#out = outputs.stdout
  }

  /** The dump's own line first, then the bytes it was read from. */
  override batch(batch: Batch, position: number, isValid: boolean): void {
    super.batch(batch, position, isValid)
    for (const field of annotateBatch(batch)) {
      const start = batch.start + field.position
      const bytes = batch.buffer.subarray(start, start + field.size)
      const caption = field.value === undefined ? field.name : `${field.name}: ${field.value}`
      this.#lines(position + field.position, bytes, caption)
    }
  }

  override record(): void {
    // The batch has shown its bytes already.
  }

  #lines(position: number, bytes: Buffer, caption: string): void {
    for (let at = 0; at < bytes.length; at += BYTES_PER_LINE) {
      const line = bytes.subarray(at, at + BYTES_PER_LINE)
      const hex = line
        .toString('hex')
        .replace(/../g, '$& ')
        .padEnd(BYTES_PER_LINE * 3)
      const note = at === 0 ? caption : ''
      this.#out.line(`  ${String(position + at).padStart(10)}  ${hex} ${printable(line)}  ${note}`)
    }
  }
}

function printable(bytes: Buffer): string {
  const text = bytes.toString('latin1').replace(/[^ -~]/g, '.')
  return text.padEnd(BYTES_PER_LINE)
}
