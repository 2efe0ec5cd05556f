import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CorruptDataError } from '../../src/base/errors.ts'
import { crc32c } from '../../src/binary/checksum.ts'
import {
  PRODUCER_ENTRY,
  producerSnapshotDamages,
  producerSnapshotFault,
  readProducerSnapshot,
  SNAPSHOT_HEADER,
} from '../../src/log/producer-snapshot.ts'
import { dumpedFiles } from './fixture.ts'

/** As Apache Kafka wrote it. */
const WRITTEN_BY_KAFKA = Buffer.from(
  '000120a7310900000001000000000000232800030000002c000000000000006600000002' +
    '0000018bcfe56800ffffffffffffffffffffffff',
  'hex',
)
const EMPTY_BY_KAFKA = Buffer.from('000148674bc700000000', 'hex')
const FILE = 't-0/00000000000000000103.snapshot'

const STORED = {
  producerId: 9000n,
  producerEpoch: 3,
  lastSequence: 44,
  lastOffset: 102n,
  offsetDelta: 2,
  timestamp: 1_700_000_000_000n,
  coordinatorEpoch: -1,
  currentTxnFirstOffset: -1n,
}

describe('a producer snapshot', () => {
  it('reads what Apache Kafka wrote', () => {
    const derived = { hasBatch: true, firstSequence: 42, firstOffset: 100n }
    expect(readProducerSnapshot(WRITTEN_BY_KAFKA)).toEqual([{ ...STORED, ...derived }])
    expect(readProducerSnapshot(EMPTY_BY_KAFKA)).toEqual([])
  })

  it.each(dumpedFiles('.snapshot'))('reads $name as kafka-dump-log does', ({ path, ...dump }) => {
    const lines = readProducerSnapshot(dump.bytes).map(entry => {
      const first = entry.currentTxnFirstOffset
      const open = first >= 0n ? `OptionalLong[${first}]` : 'OptionalLong.empty'
      const batch =
        ` firstSequence: ${entry.firstSequence} lastSequence: ${entry.lastSequence}` +
        ` lastOffset: ${entry.lastOffset} offsetDelta: ${entry.offsetDelta}` +
        ` timestamp: ${entry.timestamp}`
      return (
        `producerId: ${entry.producerId} producerEpoch: ${entry.producerEpoch} ` +
        `coordinatorEpoch: ${entry.coordinatorEpoch} currentTxnFirstOffset: ${open} ` +
        `lastTimestamp: ${entry.timestamp}${entry.hasBatch ? batch : ''}`
      )
    })
    expect(lines).toEqual(dump.lines)
    expect([...producerSnapshotDamages(dump.bytes, path)]).toEqual([])
  })

  it('finds the first sequence before the numbers begin again', () => {
    const [entry] = readProducerSnapshot(encode([{ ...STORED, lastSequence: 1, offsetDelta: 4 }]))
    expect(entry?.firstSequence).toBe(0x7fffffff - 2)
  })

  it('knows no batch where only markers were seen', () => {
    const [entry] = readProducerSnapshot(encode([{ ...STORED, lastSequence: -1, lastOffset: -1n }]))
    expect(entry?.hasBatch).toBe(false)
  })

  it.each([
    ['nothing', Buffer.alloc(0), 'Snapshot failed schema validation: null'],
    [
      'another version',
      Buffer.from('0002', 'hex'),
      'Snapshot failed schema validation: Snapshot contained an unknown file version 2',
    ],
    [
      'a header that is cut off',
      EMPTY_BY_KAFKA.subarray(0, 8),
      'Snapshot failed schema validation: null',
    ],
    [
      'a negative count',
      Buffer.from('000100000000ffffffff', 'hex'),
      'Snapshot failed schema validation: ' +
        'non-nullable field producerEntries was serialized as null',
    ],
    [
      'a count beyond the bytes',
      Buffer.from('0001000000007fffffff00', 'hex'),
      'Snapshot failed schema validation: Tried to allocate a collection of size 2147483647, ' +
        'but there are only 1 bytes remaining.',
    ],
    [
      'an entry that is cut off',
      WRITTEN_BY_KAFKA.subarray(0, 55),
      'Snapshot failed schema validation: null',
    ],
    [
      'a wrong checksum',
      Buffer.from('000148674bc800000000', 'hex'),
      'Snapshot is corrupt (CRC is no longer valid). Stored crc: 1214729160. ' +
        'Computed crc: 1214729159',
    ],
  ])('refuses %s in the words of Apache Kafka', (_, bytes, message) => {
    expect(producerSnapshotFault(bytes)?.kafkaMessage).toBe(message)
    expect(() => readProducerSnapshot(bytes)).toThrow(CorruptDataError)
    expect([...producerSnapshotDamages(bytes, FILE)]).toMatchObject([{ file: FILE }])
  })

  it('tells of what a broker does not mind', () => {
    const twice = encode([STORED, STORED], Buffer.alloc(3))
    expect(readProducerSnapshot(twice)).toHaveLength(2)
    expect([...producerSnapshotDamages(twice, FILE)]).toMatchObject([
      { position: 56, found: 'producer id 9000 again' },
      { position: 102, found: '3 bytes' },
    ])
  })

  it('reads back what is written by its layout', () => {
    fc.assert(
      fc.property(fc.array(storedEntry(), { maxLength: 20 }), entries => {
        expect(readProducerSnapshot(encode(entries))).toMatchObject(entries)
      }),
    )
  })

  it('never fails otherwise, whatever the bytes', () => {
    const header = fc.uint8Array({ maxLength: 120 }).map(bytes => {
      const buffer = Buffer.from(bytes)
      if (buffer.length > 1) buffer.writeInt16BE(1)
      if (buffer.length > 9) buffer.writeUInt32BE(crc32c(buffer.subarray(6)), 2)
      return buffer
    })
    fc.assert(
      fc.property(header, bytes => {
        expect([...producerSnapshotDamages(bytes, FILE)].length).toBeLessThan(5)
        if (producerSnapshotFault(bytes) === undefined) readProducerSnapshot(bytes)
        else expect(() => readProducerSnapshot(bytes)).toThrow(CorruptDataError)
      }),
    )
  })
})

function encode(entries: readonly (typeof STORED)[], behind = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([...entries.map(entry => PRODUCER_ENTRY.encode(entry)), behind])
  const header = SNAPSHOT_HEADER.encode({ version: 1, crc: 0, count: entries.length })
  const bytes = Buffer.concat([header, body])
  bytes.writeUInt32BE(crc32c(bytes.subarray(6)), 2)
  return bytes
}

function storedEntry(): fc.Arbitrary<typeof STORED> {
  const int64 = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n })
  const int32 = fc.integer({ min: -0x80000000, max: 0x7fffffff })
  return fc.record({
    producerId: int64,
    producerEpoch: fc.integer({ min: -0x8000, max: 0x7fff }),
    lastSequence: int32,
    lastOffset: int64,
    offsetDelta: int32,
    timestamp: int64,
    coordinatorEpoch: int32,
    currentTxnFirstOffset: int64,
  })
}
