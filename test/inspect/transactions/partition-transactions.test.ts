import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import type { Disk } from '../../../src/disk/disk.ts'
import type { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { nodeDisk } from '../../../src/disk/node-disk.ts'
import { logEndOffset } from '../../../src/inspect/offsets/log-bounds.ts'
import { PartitionLogReader } from '../../../src/inspect/offsets/partition-log.ts'
import { abortedTransactions } from '../../../src/inspect/transactions/aborted-transactions.ts'
import { partitionTransactions } from '../../../src/inspect/transactions/partition-transactions.ts'
import { ABORTED_TRANSACTION } from '../../../src/log/transaction-index.ts'
import { dumpedFiles, fixturePath } from '../../log/fixture.ts'
import { PartitionScene, sceneDisk, text } from '../internal-topics/log-dir-scene.ts'

const PATH = '/d/a/t-0'

function read(disk: Disk, path = PATH) {
  const log = new PartitionLogReader(disk, DEFAULT_DECODE_LIMITS).read(path)
  const end = logEndOffset(disk, log)
  const notices: string[] = []
  const notice = (message: string) => void notices.push(message)
  return {
    ...partitionTransactions(disk, log, end, notice),
    aborted: abortedTransactions(disk, log, end, notice),
    notices,
  }
}

/** Killed, so that the log tells without a snapshot. */
function diskOf(scene: PartitionScene): MemoryDisk {
  return sceneDisk({ [PATH]: { log: scene.bytes } }, { isClean: false })
}

/** The rows of kafka-transactions describe-producers with an open transaction. */
function openByKafka(topic: string, partition: number): string[] {
  const told = readFileSync(fixturePath('transactions-4.3/expected/transactions.txt'), 'utf8')
  const command = `--- describe-producers --topic ${topic} --partition ${partition}\n`
  const [, rest = ''] = told.split(command)
  const [table = ''] = rest.split('---')
  const rows = table.split('\n').map(line => line.split('\t').map(cell => cell.trim()))
  return rows
    .filter(([id = '', , , , , first]) => /^\d+$/.test(id) && first !== 'None')
    .map(([id, epoch, coordinatorEpoch, , last, first]) =>
      [id, epoch, coordinatorEpoch, last, first].join(' '),
    )
}

describe('the transactions of a partition', () => {
  it.each([
    ['payments', 0],
    ['ledger', 0],
    ['ledger', 1],
  ])('are those that a broker told of %s-%d', (topic, partition) => {
    const { open } = read(nodeDisk, fixturePath('transactions-4.3/log', `${topic}-${partition}`))
    const rows = open.map(({ producerId, producerEpoch, coordinatorEpoch, ...rest }) =>
      [producerId, producerEpoch, coordinatorEpoch, rest.lastTimestamp, rest.firstOffset].join(' '),
    )
    expect(rows).toEqual(openByKafka(topic, partition))
  })

  it('are the same by the log alone as by the snapshot', () => {
    const path = fixturePath('transactions-4.3/log/payments-0')
    const scene = nodeDisk
      .list(path)
      .filter(({ name }) => name.endsWith('.log'))
      .map(({ name }) => nodeDisk.readWhole(`${path}/${name}`))
    const bySnapshot = read(nodeDisk, path)
    const byLog = read(sceneDisk({ [PATH]: { log: Buffer.concat(scene) } }, { isClean: false }))
    expect(byLog.open).toEqual(bySnapshot.open)
    expect(byLog.lastStableOffset).toBe(84n)
    expect(byLog.aborted).toMatchObject(bySnapshot.aborted.map(plain))
  })

  it('that were aborted are those of the transaction indexes', () => {
    const indexes = dumpedFiles('.txnindex').filter(({ name }) => name.includes('/payments-0/'))
    const told = indexes.flatMap(({ lines }) => lines.filter(line => line.startsWith('version')))
    const { aborted } = read(nodeDisk, fixturePath('transactions-4.3/log/payments-0'))
    const lines = aborted.map(
      ({ producerId, firstOffset, lastOffset }) =>
        `producerId: ${producerId} firstOffset: ${firstOffset} lastOffset: ${lastOffset}`,
    )
    expect(told).toHaveLength(6)
    told.forEach((line, i) => expect(line).toContain(lines[i]))
  })

  it('begin with the first batch of a producer, and end with its marker', () => {
    const scene = new PartitionScene()
      .records([text('a', '1')], 7n)
      .records([text('b', '1'), text('b', '2')], 8n)
      .marker('COMMIT', 7n, 4)
      .records([text('a', '2')], 7n)
    const { open, lastStableOffset, aborted } = read(diskOf(scene))
    expect(open).toMatchObject([
      { producerId: 8n, firstOffset: 1n, coordinatorEpoch: -1 },
      { producerId: 7n, firstOffset: 4n, coordinatorEpoch: 4, lastTimestamp: 5n },
    ])
    expect(lastStableOffset).toBe(1n)
    expect(aborted).toEqual([])
  })

  it('hold nothing back once all are decided', () => {
    const scene = new PartitionScene().records([text('a', '1')], 7n).marker('ABORT', 7n)
    const { open, lastStableOffset, aborted } = read(diskOf(scene))
    expect(open).toEqual([])
    expect(lastStableOffset).toBe(2n)
    expect(aborted).toEqual([{ producerId: 7n, firstOffset: 0n, lastOffset: 1n }])
  })

  it('stay open where the marker is damaged', () => {
    const scene = new PartitionScene().records([text('a', '1')], 7n).marker('COMMIT', 7n)
    scene.batches[1]![70] = scene.batches[1]![70]! ^ 0xff
    const behind = scene.records([text('b', '1')])
    expect(read(diskOf(behind)).open).toMatchObject([{ producerId: 7n, firstOffset: 0n }])
  })

  it('are told without a damaged snapshot, which is noted', () => {
    const disk = diskOf(new PartitionScene().records([text('a', '1')], 7n))
    disk.put(`${PATH}/00000000000000000001.snapshot`, Buffer.from('no snapshot'))
    const { open, notices } = read(disk)
    expect(open).toMatchObject([{ producerId: 7n }])
    expect(notices[0]).toContain(`${PATH}/00000000000000000001.snapshot at byte 0`)
  })

  it('that were aborted are told by their markers where the index is damaged', () => {
    const scene = new PartitionScene().records([text('a', '1')], 7n).marker('ABORT', 7n)
    const disk = sceneDisk({ [PATH]: { log: scene.bytes } })
    const entry = {
      version: 9,
      producerId: 7n,
      firstOffset: 0n,
      lastOffset: 1n,
      lastStableOffset: 0n,
    }
    disk.put(`${PATH}/00000000000000000000.txnindex`, ABORTED_TRANSACTION.encode(entry))
    const { aborted, notices } = read(disk)
    expect(aborted).toEqual([{ producerId: 7n, firstOffset: 0n, lastOffset: 1n }])
    expect(notices).toEqual([expect.stringContaining('unknown version')])
  })
})

function plain<T extends { producerId: bigint; firstOffset: bigint; lastOffset: bigint }>(
  range: T,
) {
  const { producerId, firstOffset, lastOffset } = range
  return { producerId, firstOffset, lastOffset }
}
