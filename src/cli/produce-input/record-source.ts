/** An input by name, opened when its turn comes, and the reader that makes records of it. */
import type { InputStream } from '../../disk/input-stream.ts'
import type { RecordReader } from './record-reader.ts'

export interface RecordSource {
  readonly name: string
  readonly open: () => Promise<InputStream>
  readonly createReader: () => RecordReader
}
