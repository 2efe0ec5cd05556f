/**
 * `__cluster_metadata`: what a KRaft cluster is, as changes one after another (KIP-631).
 *
 * Source: org.apache.kafka.metadata.MetadataRecordSerde;
 * DumpLogSegments.ClusterMetadataLogMessageParser
 */
import {
  type DumpedRecord,
  RefusedRecordError,
  type StoredRecord,
} from '../protocol/dumped-record.ts'
import { type Json, jsonText } from '../protocol/json.ts'
import { messageJson } from '../protocol/message.ts'
import { type FramedRecord, framedSerde } from './framed-record.ts'
import { METADATA_RECORDS } from './metadata-record-types.ts'

export type MetadataRecord = FramedRecord<typeof METADATA_RECORDS>

export const metadataSerde = framedSerde(METADATA_RECORDS)

/** @throws RefusedRecordError */
export function decodeMetadataRecord(value: Buffer | null): MetadataRecord {
  return metadataSerde.decode(value)
}

/** As Kafka's tools show it: `{"type":"TOPIC_RECORD","version":0,"data":{…}}`. */
export function metadataRecordJson({ type, version, value }: MetadataRecord): Json {
  const data = messageJson(METADATA_RECORDS[type].message, value, version)
  return { type: typeName(type), version, data }
}

/** TopicRecord → TOPIC_RECORD */
function typeName(type: string): string {
  return type.replace(/(?!^)[A-Z]/g, '_$&').toUpperCase()
}

/** As `--cluster-metadata-decoder` prints it. */
export function dumpMetadataRecord({ offset, value }: StoredRecord): DumpedRecord {
  try {
    return { payload: jsonText(metadataRecordJson(decodeMetadataRecord(value))) }
  } catch (error) {
    if (!(error instanceof RefusedRecordError)) throw error
    return { payload: `Error at ${offset}, skipping. ${error.javaMessage}` }
  }
}
