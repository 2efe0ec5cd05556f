import { describe, expect, it } from 'vitest'
import { decodeControlRecord, dumpControlRecord } from '../../src/protocol/control-record.ts'
import { foreignDumps } from './foreign/dumps.ts'

const COMMIT = Buffer.from('00000001', 'hex')
const MARKER = Buffer.from('00000000000c', 'hex')

describe('control records', () => {
  it('print what Apache Kafka prints', () => {
    for (const { key, value, printed } of foreignDumps('control')) {
      const ours = dumpControlRecord(key, value)
      const theirs =
        'ends' in printed
          ? {
              text: ` unreadable control record: ${printed.ends}`,
              refusal: expect.stringContaining('expected') as string,
            }
          : printed
      expect(ours, `key ${hex(key)} value ${hex(value)}`).toEqual(theirs)
    }
  })

  it('tell the end of a transaction', () => {
    expect(decodeControlRecord(COMMIT, MARKER)).toEqual({ type: 'COMMIT', coordinatorEpoch: 12 })
    expect(dumpControlRecord(COMMIT, MARKER).text).toBe(
      ' endTxnMarker: COMMIT coordinatorEpoch: 12',
    )
  })

  it('read a marker of a later version as the first', () => {
    const later = Buffer.from('00070000000cff', 'hex')
    expect(decodeControlRecord(COMMIT, later)).toEqual({ type: 'COMMIT', coordinatorEpoch: 12 })
  })

  it('that lack their key or value are told as what ends Apache Kafka’s tool', () => {
    expect(dumpControlRecord(null, MARKER).refusal).toMatch(/key/)
    expect(dumpControlRecord(COMMIT, null).refusal).toMatch(/0 bytes left/)
  })
})

function hex(bytes: Buffer | null): string {
  return bytes?.toString('hex') ?? 'null'
}
