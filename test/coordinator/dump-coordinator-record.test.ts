import { describe, expect, it } from 'vitest'
import { dumpGroupRecord } from '../../src/coordinator/consumer-offsets-records.ts'
import { dumpShareStateRecord } from '../../src/coordinator/share-state-records.ts'
import { dumpTransactionRecord } from '../../src/coordinator/transaction-state-records.ts'
import { FOREIGN_OFFSET, foreignDumps } from '../protocol/foreign/dumps.ts'

const DECODERS = [
  ['offsets', dumpGroupRecord],
  ['transaction-log', dumpTransactionRecord],
  ['share-group-state', dumpShareStateRecord],
] as const

describe.each(DECODERS)('records dumped by the %s decoder', (decoder, dump) => {
  it('print what Apache Kafka prints', () => {
    for (const { key, value, printed } of foreignDumps(decoder)) {
      const ours = dump({ offset: FOREIGN_OFFSET, key, value })
      const theirs = 'ends' in printed ? { key: printed.ends, endsKafkasTool: true } : printed
      expect(ours, `key ${hex(key)} value ${hex(value)}`).toEqual(theirs)
    }
  })
})

describe('a group record without a key', () => {
  it('is told as what ends Apache Kafka’s tool', () => {
    expect(dumpGroupRecord({ offset: 7n, key: null, value: Buffer.alloc(4) })).toEqual({
      key:
        'Failed to decode message at offset 7 using the specified decoder ' +
        '(message had a missing key)',
      endsKafkasTool: true,
    })
  })
})

describe('a tagged field whose size contradicts its value', () => {
  it('is an error here, where Apache Kafka reads on', () => {
    const key = Buffer.from('0003' + '000167', 'hex')
    const value = Buffer.from('0000' + '00000005' + '01' + '00' + '07' + '0000000000000009', 'hex')
    expect(dumpGroupRecord({ offset: 1n, key, value })).toEqual({
      key:
        "Error at offset 1, skipping. Could not read record with version 0 from value's buffer " +
        'due to: size of tag 0: found 7, expected 8, by its value.',
    })
  })
})

function hex(bytes: Buffer | null): string {
  return bytes?.toString('hex') ?? 'null'
}
