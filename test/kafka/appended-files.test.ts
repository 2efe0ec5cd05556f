/**
 * The same batches, appended by Apache Kafka and by us one after the other, give the same files: while the log is open
 * and when it has been closed. What may differ is said in folder-comparison.ts, and:
 *
 * - Batches that a broker compresses anew (`compression.type` of a topic) are not here: each library packs in its way.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { crc32c } from '../../src/binary/checksum.ts'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { OpenFiles } from '../../src/disk/open-files.ts'
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../src/log/log-config.ts'
import { PartitionLog } from '../../src/log/partition-log.ts'
import { readPartitionMetadata } from '../../src/log/partition-metadata.ts'
import { BatchV2 } from '../../src/record/batch-v2.ts'
import { folderDifferences } from './folder-comparison.ts'
import { KafkaBroker } from './kafka-broker.ts'

/** What java/Appends.java and the broker's configuration say of them. */
const TOPICS: Readonly<Record<string, Partial<LogConfig>>> = {
  sized: { segmentBytes: 20_000, indexIntervalBytes: 512 },
  timed: { segmentMs: 10_000, indexIntervalBytes: 0 },
  full: { segmentIndexBytes: 100, indexIntervalBytes: 100 },
  appended: { timestampType: 'append', segmentBytes: 20_000, indexIntervalBytes: 300 },
  paid: { segmentBytes: 6000, indexIntervalBytes: 1000 },
  compacted: { isCompacted: true, segmentBytes: 10_000 },
  preallocated: { preallocate: true, segmentBytes: 30_000, indexIntervalBytes: 700 },
  large: { segmentBytes: 1_048_576 },
  empty: {},
}
const NAMES = Object.keys(TOPICS)

const INDEX_BYTES = 1024 * 1024
/** Java's Long.MAX_VALUE, as the topics have it. */
const NEVER = Number(0x7fff_ffff_ffff_ffffn)
/** Markers are written under `transaction.version=2`, which a broker of 4.3 begins with. */
const TRANSACTION_VERSION = 2

let broker: KafkaBroker
let ourLogDir: string
const logs = new Map<string, PartitionLog>()
beforeAll(async () => {
  broker = await KafkaBroker.formatted()
  ourLogDir = mkdtempSync(join(tmpdir(), 'kbroker-interop-appended-'))
  await broker.restart('log.cleaner.enable=false')
  await broker.program('Appends')
  await broker.settle()
  for (const topic of NAMES) logs.set(topic, appendedByUs(topic))
})
afterAll(() => {
  broker.close()
  rmSync(ourLogDir, { recursive: true, force: true })
})

describe('of logs that are open', () => {
  it('there are some with many segments', () => {
    for (const topic of NAMES) {
      if (topic !== 'empty')
        expect([topic, logs.get(topic)!.segments.length > 2]).toEqual([topic, true])
    }
  })

  it.each(NAMES)('all files are the same: %s', topic => expectSameFiles(topic))
})

describe('of logs that were closed', () => {
  beforeAll(async () => {
    await broker.stop()
    for (const log of logs.values()) await log.close()
  })

  it.each(NAMES)('all files are the same: %s', topic => expectSameFiles(topic))
})

function expectSameFiles(topic: string): void {
  expect(folderDifferences(join(ourLogDir, `${topic}-0`), kafkasFolder(topic))).toEqual({})
}

function kafkasFolder(topic: string): string {
  const logDir = broker.logDirs.find(path => readdirSync(path).includes(`${topic}-0`))
  return join(logDir!, `${topic}-0`)
}

function appendedByUs(topic: string): PartitionLog {
  const kafkas = kafkasFolder(topic)
  const path = join(ourLogDir, `${topic}-0`)
  mkdirSync(path)
  const clock = { ms: 0, nowMs: () => clock.ms }
  const files = new OpenFiles(nodeDisk, 100)
  const log = new PartitionLog(
    { path, topic, partition: 0, files },
    {
      clock,
      config: {
        ...DEFAULT_LOG_CONFIG,
        segmentMs: NEVER,
        segmentIndexBytes: INDEX_BYTES,
        ...TOPICS[topic],
      },
      isClean: true,
      recoveryPoint: 0n,
      logStartOffset: 0n,
      producerExpirationMs: 86_400_000,
    },
  )
  const metadata = join(kafkas, 'partition.metadata')
  log.writeTopicId(readPartitionMetadata(readFileSync(metadata), metadata).topicId!)
  // Who becomes leader begins an epoch.
  log.epochs.assign(0, 0n)
  for (const batch of batchesIn(kafkas)) appendAgain(log, batch, clock)
  log.raiseHighWatermark(log.endOffset)
  return log
}

function* batchesIn(folder: string): Generator<Buffer> {
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith('.log')) continue
    const bytes = readFileSync(join(folder, name))
    for (let position = 0; position < bytes.length;) {
      const size = 12 + bytes.readInt32BE(position + 8)
      if (size === 12) break // preallocated
      yield bytes.subarray(position, position + size)
      position += size
    }
  }
}

/** As the client sent it. */
function appendAgain(log: PartitionLog, stored: Buffer, clock: { ms: number }): void {
  const bytes = Buffer.from(stored)
  const before = new BatchV2(stored)
  clock.ms = Number(before.maxTimestamp)
  bytes.writeBigInt64BE(0n, 0)
  bytes.writeInt32BE(-1, 12)
  if (log.config.timestampType === 'append') {
    bytes.writeUInt8(bytes.readUInt8(22) & ~8, 22)
    bytes.writeBigInt64BE(before.baseTimestamp, 35)
    bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17)
  }
  const appended = log.append(bytes, {
    leaderEpoch: before.partitionLeaderEpoch,
    origin: before.isControl ? 'coordinator' : 'client',
    transactionVersion: TRANSACTION_VERSION,
  })
  expect(appended?.firstOffset).toBe(before.baseOffset)
}
