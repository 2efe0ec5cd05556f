import { beforeEach, describe, expect, it } from 'vitest'
import { DiskError } from '../../src/base/errors.ts'
import type { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { ProducerSink } from '../../src/cli/producer-sink.ts'
import type { TopicImage } from '../../src/metadata/topic-images.ts'
import { failing } from '../log/failing-disk.ts'
import { newBatch } from '../log/new-batch.ts'
import { configWith } from '../log/new-log.ts'
import { A, DIRECTORY_IDS, fourPartitions, openDirs, twoLogDirs } from '../log-dirs/two-log-dirs.ts'

const TOPIC = {
  name: 'orders',
  topicId: 'AAAAAAAAAAAAAAAAAAAAAQ',
  partitions: new Map(
    [0, 1, 2, 3].map(number => [
      number,
      { leaderEpoch: 0, directories: [DIRECTORY_IDS[number % 2]] },
    ]),
  ),
} as unknown as TopicImage

describe('the way of produce into log.dirs', () => {
  let disk: MemoryDisk
  beforeEach(async () => {
    disk = twoLogDirs()
    await fourPartitions(disk)
  })

  it('acknowledges behind the flush that flush.messages asks for', async () => {
    const acknowledged: bigint[] = []
    const dirs = openDirs(disk, { configOf: () => configWith({ flushMessages: 2 }) })
    dirs.openAll()
    const sink = new ProducerSink(dirs, TOPIC, 'os')
    for (let n = 0; n < 4; n++) {
      await sink.append(0, newBatch())
      acknowledged.push(dirs.log({ topic: 'orders', partition: 0 })!.durableOffset)
    }
    expect(acknowledged).toEqual([2n, 4n, 4n, 6n])
  })

  it('ends in the failure that a directory met in the background', async () => {
    let isBroken = false
    const dirs = openDirs(failing(disk, { op: 'sync', below: A, isOn: () => isBroken }))
    dirs.openAll()
    const sink = new ProducerSink(dirs, TOPIC, 'os')
    isBroken = true
    for (let n = 0; n < 3; n++) await sink.append(0, newBatch({ value: Buffer.alloc(400) }))
    await new Promise(resolve => setImmediate(resolve))
    await expect(sink.append(1, newBatch())).rejects.toThrow(DiskError)
    await expect(sink.close()).rejects.toThrow(dirs.failure!)
  })
})
