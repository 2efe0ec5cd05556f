import type { DumpedRecord, StoredRecord } from '../../protocol/dumped-record.ts'

/** How a record's key and value become text. */
export type RecordText = (record: StoredRecord) => DumpedRecord

export type TextEncoding = 'utf8' | 'hex' | 'base64'

/** Keys and values each in their encoding. */
export function encodedText(keyEncoding: TextEncoding, valueEncoding: TextEncoding): RecordText {
  return ({ key, value }) => ({
    ...(key !== null && { key: key.toString(keyEncoding) }),
    ...(value !== null && { payload: value.toString(valueEncoding) }),
  })
}
