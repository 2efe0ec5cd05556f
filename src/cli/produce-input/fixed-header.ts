/** `-H name=value`, as kcat: without `=` the value is null, and with nothing behind it empty. */
import { InvalidArgumentError } from 'commander'
import type { RecordHeader } from '../../record/record-cursor.ts'

export function collectHeader(
  text: string,
  previous: readonly RecordHeader[] | undefined,
): RecordHeader[] {
  return [...(previous ?? []), parseHeader(text)]
}

function parseHeader(text: string): RecordHeader {
  const split = text.indexOf('=')
  const key = split < 0 ? text : text.slice(0, split)
  if (key === '') throw new InvalidArgumentError('Expected name=value, or a name for a null value.')
  return { key: Buffer.from(key), value: split < 0 ? null : Buffer.from(text.slice(split + 1)) }
}
