import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ByteOutput } from '../../../src/cli/byte-output.ts'
import { RecordLine } from '../../../src/cli/render/record-line.ts'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import { crc32 } from '../../../src/binary/checksum.ts'
import { BATCH_HEADER, BatchV2 } from '../../../src/record/batch-v2.ts'
import { LegacyMessage, MESSAGE_V1_HEADER } from '../../../src/record/legacy-message.ts'
import { recordsOf } from '../../../src/record/records.ts'
import { encodeBatch, record } from '../../record/encode-batch.ts'

interface BatchToPrint {
  readonly baseOffset: bigint
  readonly baseSequence: number
  readonly isAppendTime: boolean
  readonly values: readonly string[]
}

/** Where a copied line with its numbers counted on could go wrong: at every digit more, at signs and wrap-arounds. */
const NUMBERS = [-11, -10, -9, -2, -1, 0, 1, 8, 9, 10, 95, 99, 100, 998, 999_999_999, 2 ** 31 - 3]

const batch = fc.record<BatchToPrint>({
  baseOffset: fc.oneof(
    fc.constantFrom(...NUMBERS).map(BigInt),
    fc.constantFrom(2n ** 53n - 3n, 2n ** 63n - 3n, -(2n ** 63n)),
  ),
  baseSequence: fc.constantFrom(...NUMBERS.filter(number => number >= -1)),
  isAppendTime: fc.boolean(),
  values: fc.array(fc.constantFrom('a', 'b', '', 'é'), { minLength: 1, maxLength: 12 }),
})

it('prints what each record is, whatever the line before it was', () => {
  fc.assert(
    fc.property(fc.array(batch, { minLength: 1, maxLength: 4 }), batches => {
      const printed = textOf(batches.map(encode), { printContents: true })
      expect(printed).toBe(batches.flatMap(expectedLines).join(''))
    }),
    { numRuns: 500 },
  )
})

it('takes no control record and no v1 message for one more of the records before them', () => {
  const marker = record(0, null)
  const like = { ...marker, key: Buffer.from('00000001', 'hex'), value: Buffer.alloc(6) }
  const control = new BatchV2(encodeBatch({ baseOffset: 1n, attributes: 0x20, records: [like] }))
  const message = new LegacyMessage(v1Message({ offset: 1n, key: like.key, value: like.value }))
  const before = new BatchV2(encodeBatch({ records: [like] }))
  expect(linesOf([before, control])).toEqual([
    '| offset: 0 CreateTime: 0 keySize: 4 valueSize: 6 sequence: -1 headerKeys: []',
    '| offset: 1 CreateTime: 0 keySize: 4 valueSize: 6 sequence: -1 headerKeys: []' +
      ' endTxnMarker: COMMIT coordinatorEpoch: 0',
  ])
  expect(linesOf([before, message])).toEqual([
    '| offset: 0 CreateTime: 0 keySize: 4 valueSize: 6 sequence: -1 headerKeys: []',
    '| offset: 1 CreateTime: 0 keySize: 4 valueSize: 6 isValid: true crc: ' +
      String(message.storedCrc),
  ])
})

function linesOf(batches: readonly (BatchV2 | LegacyMessage)[]): string[] {
  return textOf(batches, { printContents: false }).trimEnd().split('\n')
}

function textOf(
  batches: readonly (BatchV2 | LegacyMessage)[],
  { printContents }: { readonly printContents: boolean },
): string {
  const pieces: Buffer[] = []
  const out = new ByteOutput(bytes => pieces.push(Buffer.from(bytes)))
  const line = new RecordLine(out, {
    printContents,
    skipRecordMetadata: false,
    headerValues: false,
    recordText: undefined,
    onUnreadableControl: () => undefined,
  })
  for (const each of batches) {
    line.in(each)
    const records = recordsOf(each, DEFAULT_DECODE_LIMITS)
    while (records.next()) line.write(records)
  }
  out.flush()
  return Buffer.concat(pieces).toString()
}

function v1Message(message: { offset: bigint; key: Buffer; value: Buffer }): Buffer {
  const { offset, key, value } = message
  const contents = Buffer.concat([int32(key.length), key, int32(value.length), value])
  const messageSize = MESSAGE_V1_HEADER.size - 12 + contents.length
  const header = { offset, messageSize, crc: 0, magic: 1, attributes: 0, timestamp: 0n }
  const bytes = Buffer.concat([MESSAGE_V1_HEADER.encode(header), contents])
  bytes.writeUInt32BE(crc32(bytes.subarray(16)), 12)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function expectedLines({ baseOffset, baseSequence, isAppendTime, values }: BatchToPrint): string[] {
  const label = isAppendTime ? 'LogAppendTime' : 'CreateTime'
  return values.map((value, index) => {
    const offset = BigInt.asIntN(64, baseOffset + BigInt(index))
    const next = baseSequence + index
    const sequence = baseSequence < 0 ? -1 : next > 2 ** 31 - 1 ? next - 2 ** 31 : next
    return (
      `| offset: ${offset} ${label}: 1700000000000 keySize: -1 valueSize: ` +
      `${Buffer.byteLength(value)} sequence: ${sequence} headerKeys: [] payload: ${value}\n`
    )
  })
}

function encode({ baseOffset, baseSequence, isAppendTime, values }: BatchToPrint): BatchV2 {
  const records = Buffer.concat(
    values.map((value, index) => {
      const bytes = Buffer.from(value)
      const body = [0, 0, 2 * index, 1, 2 * bytes.length, ...bytes, 0]
      return Buffer.from([2 * body.length, ...body])
    }),
  )
  const header = BATCH_HEADER.encode({
    baseOffset,
    batchLength: BATCH_HEADER.size - 12 + records.length,
    partitionLeaderEpoch: 0,
    magic: 2,
    crc: 0,
    attributes: isAppendTime ? 8 : 0,
    lastOffsetDelta: values.length - 1,
    baseTimestamp: 1_700_000_000_000n,
    maxTimestamp: 1_700_000_000_000n,
    producerId: -1n,
    producerEpoch: -1,
    baseSequence,
    recordsCount: values.length,
  })
  return new BatchV2(Buffer.concat([header, records]))
}
