import fs from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import { nodeDisk } from '../../../src/disk/node-disk.ts'
import { TopicIds } from '../../../src/inspect/verify/topic-ids.ts'
import { planVerification } from '../../../src/inspect/verify/verify-plan.ts'
import { scratchDirectory } from '../../disk/scratch.ts'
import { FIXTURES } from '../fixture-partitions.ts'

const ORDERS_ID = 'G1oi93AvSCecB4WRlFyuCA'
const OTHER_ID = 'c29tZWJvZHkgZWxzZSBz-A'
const A = join(FIXTURES, 'clean-4.3/a')
const B = join(FIXTURES, 'clean-4.3/b')
const scratch = scratchDirectory()

const topicIds = () => new TopicIds(nodeDisk, DEFAULT_DECODE_LIMITS)

/** The log.dirs of the metadata logs by which those of the targets are judged. */
function metadataDirs(targets: readonly string[], lock?: { readonly pid: number }) {
  const steps = planVerification(
    targets.map(path => ({ kind: 'log-dir', path })),
    { deep: true, live: true, limits: DEFAULT_DECODE_LIMITS },
    { disk: nodeDisk, workingDirectory: FIXTURES, lockHolder: () => lock },
  )
  return steps.map(({ metadataDir }) => metadataDir)
}

test('the metadata log is believed, not the folder that comes first', () => {
  const ids = topicIds()
  expect(ids.compare(join(B, 'orders-0'), OTHER_ID, A)).toMatchObject({
    kind: 'topic-id',
    file: join(B, 'orders-0/partition.metadata'),
    found: `topic id ${OTHER_ID}`,
    expected: `${ORDERS_ID}, as in ${A}/__cluster_metadata-0`,
  })
  expect(ids.compare(join(A, 'orders-1'), ORDERS_ID, A)).toBeUndefined()
})

test('a topic that the metadata log does not know is compared among its folders', () => {
  const ids = topicIds()
  expect(ids.compare(join(A, 'unknown-0'), ORDERS_ID, A)).toBeUndefined()
  expect(ids.compare(join(A, 'unknown-1'), OTHER_ID, A)?.expected).toBe(
    `${ORDERS_ID}, as in ${A}/unknown-0`,
  )
})

test('a metadata log that can be read in part is not asked', () => {
  const dir = join(scratch, 'damaged')
  fs.cpSync(A, dir, { recursive: true })
  const log = join(dir, '__cluster_metadata-0/00000000000000000000.log')
  const bytes = fs.readFileSync(log)
  bytes[bytes.length >> 1]! ^= 1
  fs.writeFileSync(log, bytes)
  expect(topicIds().compare(join(dir, 'orders-1'), OTHER_ID, dir)).toBeUndefined()
})

test('the metadata log is that of the same node, wherever it lies, unless a broker runs', () => {
  expect(metadataDirs([B, A])).toEqual([A, A])
  expect(metadataDirs([B])).toEqual([undefined])
  expect(metadataDirs([B, A], { pid: 1 })).toEqual([undefined, undefined])
  const other = join(FIXTURES, 'transactions-4.3/log')
  expect(metadataDirs([other, A, B])).toEqual([other, A, other])
})

test('the metadata log of another node is not asked', () => {
  const dir = join(scratch, 'node-2')
  fs.cpSync(B, dir, { recursive: true })
  const meta = join(dir, 'meta.properties')
  fs.writeFileSync(meta, fs.readFileSync(meta, 'latin1').replace('node.id=1', 'node.id=2'))
  expect(metadataDirs([dir, A])).toEqual([undefined, A])
})
