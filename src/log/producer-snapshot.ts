/**
 * Producer snapshot, `<offset>.snapshot`: what the partition knew of its idempotent and transactional producers before
 * the record at that offset.
 *
 * | bytes   | field   | type   | meaning                          |
 * |---------|---------|--------|----------------------------------|
 * | 0–1     | version | int16  | 1                                |
 * | 2–5     | crc     | uint32 | CRC-32C of bytes 6 to the end    |
 * | 6–9     | count   | int32  | entries that follow              |
 * | 10–     | entries |        | 46 bytes each, in no order       |
 *
 * | bytes | field                 | type  | meaning                                                       |
 * |-------|-----------------------|-------|---------------------------------------------------------------|
 * | 0–7   | producerId            | int64 |                                                               |
 * | 8–9   | producerEpoch         | int16 |                                                               |
 * | 10–13 | lastSequence          | int32 | of the last batch; −1 where only markers were seen            |
 * | 14–21 | lastOffset            | int64 | of the last batch; −1 where only markers were seen            |
 * | 22–25 | offsetDelta           | int32 | last offset − first offset of that batch                      |
 * | 26–33 | timestamp             | int64 | greatest of that batch, or the marker's                       |
 * | 34–37 | coordinatorEpoch      | int32 | of the last marker; −1 none                                   |
 * | 38–45 | currentTxnFirstOffset | int64 | where the open transaction began; −1 none                     |
 *
 * A broker deletes a snapshot that is damaged, and takes an older one. Bytes behind the entries don't trouble it.
 *
 * Source: org.apache.kafka.storage.internals.log.ProducerStateManager#readSnapshot, ProducerSnapshot.json
 */
import { CorruptDataError, type Damage } from '../base/errors.ts'
import { int16At } from '../binary/big-endian.ts'
import { crc32c } from '../binary/checksum.ts'
import { type Decoded, int16, int32, int64, layout, uint32 } from '../binary/layout.ts'

export const SNAPSHOT_HEADER = layout({ version: int16, crc: uint32, count: int32 })

export const PRODUCER_ENTRY = layout({
  producerId: int64,
  producerEpoch: int16,
  lastSequence: int32,
  lastOffset: int64,
  offsetDelta: int32,
  timestamp: int64,
  coordinatorEpoch: int32,
  currentTxnFirstOffset: int64,
})

export interface ProducerStateEntry {
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly lastSequence: number
  readonly lastOffset: bigint
  readonly offsetDelta: number
  readonly timestamp: bigint
  /** −1 none. */
  readonly coordinatorEpoch: number
  /** Below 0: no transaction is open. */
  readonly currentTxnFirstOffset: bigint
  /** Whether a batch is known; otherwise the fields of one mean nothing. */
  readonly hasBatch: boolean
  readonly firstSequence: number
  readonly firstOffset: bigint
}

/** Why a snapshot can't be used. */
export interface SnapshotFault {
  readonly damage: Damage
  /** What Apache Kafka says of it, word for word: the message of its CorruptSnapshotException. */
  readonly kafkaMessage: string
}

const CURRENT_VERSION = 1

/** @throws CorruptDataError where a broker would refuse the snapshot */
export function readProducerSnapshot(bytes: Buffer): ProducerStateEntry[] {
  const fault = producerSnapshotFault(bytes)
  if (fault !== undefined) throw new CorruptDataError(fault.damage)
  const { count } = SNAPSHOT_HEADER.decode(bytes, 0)
  const entries: ProducerStateEntry[] = []
  for (let slot = 0; slot < count; slot++) entries.push(entryAt(bytes, slot))
  return entries
}

/** The fields of an entry that are stored. */
export type StoredProducer = Decoded<typeof PRODUCER_ENTRY>

export function encodeProducerSnapshot(producers: readonly StoredProducer[]): Buffer {
  const { length: count } = producers
  const header = SNAPSHOT_HEADER.encode({ version: CURRENT_VERSION, crc: 0, count })
  const bytes = Buffer.concat([header, ...producers.map(entry => PRODUCER_ENTRY.encode(entry))])
  bytes.writeUInt32BE(crc32c(bytes.subarray(AT.count)), AT.crc)
  return bytes
}

/** Where no batch is known, or no transaction open. */
export const NO_OFFSET = -1n

/** Sequences run from 0 to 2³¹−1 and begin again; in Java's 32 bits, as impossible values are shown too. */
export function firstSequenceOf({
  lastSequence,
  offsetDelta,
}: Pick<StoredProducer, 'lastSequence' | 'offsetDelta'>): number {
  if (lastSequence >= offsetDelta) return (lastSequence - offsetDelta) | 0
  return (0x7fffffff - (offsetDelta - lastSequence) + 1) | 0
}

/** In the order in which Kafka looks: version, shape, checksum. */
export function producerSnapshotFault(bytes: Buffer): SnapshotFault | undefined {
  const fault = versionFault(bytes) ?? shapeFault(bytes)
  if (fault !== undefined) {
    const { kafkaMessage, ...damage } = fault
    return { damage, kafkaMessage: `Snapshot failed schema validation: ${kafkaMessage}` }
  }
  const stored = SNAPSHOT_HEADER.decode(bytes, 0).crc
  const computed = crc32c(bytes.subarray(AT.count))
  if (stored === computed) return undefined
  return {
    damage: {
      position: AT.crc,
      reason: 'the checksum of the producer snapshot does not hold',
      found: `${stored}`,
      expected: `${computed}`,
    },
    kafkaMessage:
      `Snapshot is corrupt (CRC is no longer valid). Stored crc: ${stored}. ` +
      `Computed crc: ${computed}`,
  }
}

/** Everything that is wrong with a snapshot, what a broker does not mind among it. */
export function* producerSnapshotDamages(bytes: Buffer, file: string): Generator<Damage> {
  const fault = producerSnapshotFault(bytes)
  if (fault !== undefined) {
    yield { ...fault.damage, file }
    return
  }
  const seen = new Set<bigint>()
  const entries = readProducerSnapshot(bytes)
  for (const [slot, { producerId }] of entries.entries()) {
    if (seen.has(producerId)) {
      yield {
        file,
        position: SNAPSHOT_HEADER.size + slot * PRODUCER_ENTRY.size,
        reason: 'a producer twice in one snapshot',
        found: `producer id ${producerId} again`,
        expected: 'each once',
      }
    }
    seen.add(producerId)
  }
  const end = SNAPSHOT_HEADER.size + entries.length * PRODUCER_ENTRY.size
  if (end < bytes.length) {
    yield {
      file,
      position: end,
      reason: 'data behind the end of the producer snapshot',
      found: `${bytes.length - end} bytes`,
      expected: 'none',
    }
  }
}

const AT = SNAPSHOT_HEADER.offsetOf

type Fault = Damage & { readonly kafkaMessage: string }

/** What Java says of a buffer that ends too soon. */
const UNDERFLOW = 'null'

function versionFault(bytes: Buffer): Fault | undefined {
  if (bytes.length < AT.crc) return tooShort(bytes, AT.crc)
  const version = int16At(bytes, AT.version)
  if (version === CURRENT_VERSION) return undefined
  return {
    position: AT.version,
    reason: 'unknown version of a producer snapshot',
    found: `${version}`,
    expected: `${CURRENT_VERSION}`,
    kafkaMessage: `Snapshot contained an unknown file version ${version}`,
  }
}

function shapeFault(bytes: Buffer): Fault | undefined {
  if (bytes.length < SNAPSHOT_HEADER.size) return tooShort(bytes, SNAPSHOT_HEADER.size)
  const { count } = SNAPSHOT_HEADER.decode(bytes, 0)
  const left = bytes.length - SNAPSHOT_HEADER.size
  if (count >= 0 && count * PRODUCER_ENTRY.size <= left) return undefined
  return {
    position: AT.count,
    reason: 'impossible count of producers',
    found: `${count}`,
    expected: `at most ${Math.floor(left / PRODUCER_ENTRY.size)} in ${left} bytes`,
    kafkaMessage: countMessage(count, left),
  }
}

function countMessage(count: number, left: number): string {
  if (count < 0) return 'non-nullable field producerEntries was serialized as null'
  if (count <= left) return UNDERFLOW
  return (
    `Tried to allocate a collection of size ${count}, ` +
    `but there are only ${left} bytes remaining.`
  )
}

function tooShort(bytes: Buffer, sizeMin: number): Fault {
  return {
    position: 0,
    reason: 'the producer snapshot ends too soon',
    found: `${bytes.length} bytes`,
    expected: `at least ${sizeMin}`,
    kafkaMessage: UNDERFLOW,
  }
}

function entryAt(bytes: Buffer, slot: number): ProducerStateEntry {
  const entry = PRODUCER_ENTRY.decode(bytes, SNAPSHOT_HEADER.size + slot * PRODUCER_ENTRY.size)
  return {
    ...entry,
    hasBatch: entry.lastOffset >= 0n,
    firstSequence: firstSequenceOf(entry),
    firstOffset: BigInt.asIntN(64, entry.lastOffset - BigInt(entry.offsetDelta)),
  }
}
