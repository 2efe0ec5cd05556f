/** Metadata records to be written: what is not said is the schema's default. */
import type { MetadataRecord } from './metadata-records.ts'
import { METADATA_RECORDS } from './metadata-record-types.ts'

type RecordOf<Type extends MetadataRecord['type']> = Extract<MetadataRecord, { type: Type }>

/** @param version of its message; 0 is the only one of most */
export function newRecord<Type extends MetadataRecord['type']>(
  type: Type,
  fields: Partial<RecordOf<Type>['value']>,
  version = 0,
): MetadataRecord {
  const value = { ...METADATA_RECORDS[type].message.defaults, ...fields }
  return { type, version, value } as unknown as MetadataRecord
}
