import { describe, expect, it } from 'vitest'
import {
  decodeMetadataRecord,
  dumpMetadataRecord,
  metadataSerde,
} from '../../src/metadata/metadata-records.ts'
import { dumpRemoteLogRecord } from '../../src/metadata/remote-log-records.ts'
import { FOREIGN_OFFSET, foreignDumps } from '../protocol/foreign/dumps.ts'

const DECODERS = [
  ['cluster-metadata', dumpMetadataRecord],
  ['remote-log-metadata', dumpRemoteLogRecord],
] as const

describe.each(DECODERS)('records dumped by the %s decoder', (decoder, dump) => {
  it('print what Apache Kafka prints', () => {
    for (const { key, value, printed } of foreignDumps(decoder)) {
      const ours = dump({ offset: FOREIGN_OFFSET, key, value })
      expect(ours, `value ${value?.toString('hex') ?? 'null'}`).toEqual(printed)
    }
  })
})

describe('records of __cluster_metadata', () => {
  /** By hand: topic t and its id. */
  const TOPIC = Buffer.from('010200' + '0274' + '00000000000000010000000000000002' + '00', 'hex')

  it('tell what they hold by their type', () => {
    const record = decodeMetadataRecord(TOPIC)
    if (record.type !== 'TopicRecord') throw new Error(`is ${record.type}`)
    expect(record.value).toEqual({ name: 't', topicId: 'AAAAAAAAAAEAAAAAAAAAAg' })
  })

  it('come back as they were written', () => {
    expect(metadataSerde.encode(decodeMetadataRecord(TOPIC))).toEqual(TOPIC)
  })
})
