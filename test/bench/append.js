/** Appends to a partition's log as fast as it goes; prints what came of it as JSON. append.js FOLDER [NAME] */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { OpenFiles } from '../../src/disk/open-files.ts'
import { DEFAULT_LOG_CONFIG } from '../../src/log/log-config.ts'
import { PartitionLog } from '../../src/log/partition-log.ts'
import { BatchBuilder } from '../../src/record/batch-builder.ts'

const KIBIBYTE = 1024
const FILES_MAX = 100
const DAY_MS = 86_400_000
const OPTIONS = { leaderEpoch: 0, origin: 'client' }

const folder = process.argv[2]
const large = batchOf(127, KIBIBYTE)
const small = batchOf(1, 100)
const runs = {
  largeBytesPerSecond: async log => {
    const count = Math.floor(2 ** 31 / large.length)
    const seconds = timed(() => appendTimes(log, large, count))
    return (count * large.length) / seconds
  },
  smallPerSecond: async log => {
    const count = 500_000
    return count / timed(() => appendTimes(log, small, count))
  },
  syncsOfOnePerSecond: log => syncing(log, 1, 3000),
  syncsOf64PerSecond: log => syncing(log, 64, 3000),
}

const results = {}
const only = process.argv[3] ?? ''
for (const [name, run] of Object.entries(runs)) {
  if (!name.includes(only)) continue
  const path = join(folder, 'append-0')
  rmSync(path, { recursive: true, force: true })
  mkdirSync(path, { recursive: true })
  const log = openLog(path)
  results[name] = await run(log)
  log.closeFiles()
  rmSync(path, { recursive: true })
}
console.log(JSON.stringify(results))

function openLog(path) {
  const files = new OpenFiles(nodeDisk, FILES_MAX)
  return new PartitionLog(
    { path, topic: 'append', partition: 0, files },
    {
      clock: { nowMs: () => Date.now() },
      config: DEFAULT_LOG_CONFIG,
      isClean: true,
      recoveryPoint: 0n,
      logStartOffset: 0n,
      producerExpirationMs: DAY_MS,
    },
  )
}

function batchOf(recordCount, valueSize) {
  const builder = new BatchBuilder({})
  const timestamp = BigInt(Date.now())
  for (let i = 0; i < recordCount; i++) {
    builder.add({ timestamp, key: null, value: Buffer.alloc(valueSize, 'v'), headers: [] })
  }
  return builder.build()
}

function appendTimes(log, batch, count) {
  for (let i = 0; i < count; i++) appendOnce(log, batch)
}

/** As it came from a client: the offset of the last append is taken back, which the checksum doesn't cover. */
function appendOnce(log, batch) {
  batch.writeBigInt64BE(0n)
  return log.append(batch, OPTIONS)
}

/** Each writer waits until its batch is on disk before it appends the next. */
async function syncing(log, writerCount, batchesEach) {
  const start = performance.now()
  const writers = Array.from({ length: writerCount }, async () => {
    for (let i = 0; i < batchesEach; i++) {
      const { lastOffset } = appendOnce(log, small)
      await log.flush(lastOffset + 1n)
    }
  })
  await Promise.all(writers)
  return (writerCount * batchesEach * 1000) / (performance.now() - start)
}

function timed(act) {
  const start = performance.now()
  act()
  return (performance.now() - start) / 1000
}
