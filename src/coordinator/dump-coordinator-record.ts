/**
 * Records of the coordinators' topics as `kafka-dump-log` prints them.
 *
 *     key: {"type":"1","data":{…}} payload: {"version":"3","data":{…}}
 *
 * Source: org.apache.kafka.tools.DumpLogSegments.CoordinatorRecordMessageParser
 */
import {
  type DumpedRecord,
  RefusedRecordError,
  type StoredRecord,
} from '../protocol/dumped-record.ts'
import { type Json, jsonText } from '../protocol/json.ts'
import { messageJson } from '../protocol/message.ts'
import {
  type CoordinatorRecord,
  type CoordinatorRecordTypes,
  type CoordinatorSerde,
  isUnknown,
} from './coordinator-record.ts'

/** @param refine what to show in place of a value's JSON. */
export function dumpCoordinatorRecord<Types extends CoordinatorRecordTypes>(
  serde: CoordinatorSerde<Types>,
  { offset, key, value }: StoredRecord,
  refine: (type: keyof Types, json: Json) => Json = (_type, json) => json,
): DumpedRecord {
  if (key === null) {
    const cause = 'using the specified decoder (message had a missing key)'
    return { key: `Failed to decode message at offset ${offset} ${cause}`, endsKafkasTool: true }
  }
  try {
    const record = serde.decode(key, value)
    if (isUnknown(record)) {
      return { key: `Unknown record type ${record.id} at offset ${offset}, skipping.` }
    }
    return dumpKnown(serde.types, record, refine)
  } catch (error) {
    if (!(error instanceof RefusedRecordError)) throw error
    return { key: `Error at offset ${offset}, skipping. ${error.javaMessage}` }
  }
}

function dumpKnown<Types extends CoordinatorRecordTypes>(
  types: Types,
  record: CoordinatorRecord<Types>,
  refine: (type: keyof Types, json: Json) => Json,
): DumpedRecord {
  const type = types[record.type]!
  const key = { type: String(type.id), data: messageJson(type.key, record.key, 0) }
  if (record.value === null) return { key: jsonText(key), payload: '<DELETE>' }
  const data = messageJson(type.value, record.value, record.version)
  const payload = { version: String(record.version), data: refine(record.type, data) }
  return { key: jsonText(key), payload: jsonText(payload) }
}
