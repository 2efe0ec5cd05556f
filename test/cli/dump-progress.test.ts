import { expect, it } from 'vitest'
import { advancing, sizesOf } from '../../src/cli/dump-progress.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { DEFAULT_DECODE_LIMITS } from '../../src/base/limits.ts'
import { DUMP_BYTES_MAX } from '../../src/inspect/dump/dump-log.ts'
import { dumpFiles } from '../../src/inspect/dump/dump-files.ts'
import type { DumpSink } from '../../src/inspect/dump/dump-sink.ts'
import { encodeBatch, record } from '../record/encode-batch.ts'

const LOG = '/data/orders-0/00000000000000000000.log'

it('tells a dump’s progress in steps of a mebibyte, of all files together', () => {
  const disk = new MemoryDisk()
  const value = 'x'.repeat(600_000)
  const batches = [0, 1, 2, 3, 4].map(n =>
    encodeBatch({ baseOffset: BigInt(n), records: [record(0, value)] }),
  )
  disk.put(LOG, Buffer.concat(batches))
  const files = [
    { path: LOG, absolutePath: LOG },
    { path: '/gone.log', absolutePath: '/gone.log' },
  ]
  const told: [number, number | undefined][] = []
  const progress = {
    isShown: true,
    advance: (bytes: number, total?: number) => told.push([bytes, total]),
    clear: () => undefined,
    stop: () => undefined,
  }
  const onProgress = advancing(progress, () => sizesOf(files, disk))
  dumpFiles(files, disk, SINK, {
    deep: false,
    bytesMax: DUMP_BYTES_MAX,
    resync: false,
    limits: DEFAULT_DECODE_LIMITS,
    indexSanityCheckOnly: false,
    messageSizeMax: DUMP_BYTES_MAX,
    ...(onProgress && { onProgress }),
  })
  const [size, total] = [batches[0]!.length, 5 * batches[0]!.length]
  expect(told).toEqual([
    [2 * size, total],
    [4 * size, total],
  ])
})

it('costs nothing where nobody is shown it', () => {
  const progress = {
    isShown: false,
    advance: () => expect.unreachable(),
    clear: () => undefined,
    stop: () => undefined,
  }
  expect(advancing(progress, () => expect.unreachable())).toBeUndefined()
})

const ignore = () => undefined
const SINK: DumpSink = {
  file: ignore,
  batch: ignore,
  record: ignore,
  indexEntry: ignore,
  timeIndexEntry: ignore,
  abortedTransaction: ignore,
  producer: ignore,
  leaderEpoch: ignore,
  note: ignore,
  failure: ignore,
}
