/** What is spread over worker threads comes out as from one: searched, verified and counted by the built command. */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { encodeBatch, record } from '../record/encode-batch.ts'

const KBROKER = join(import.meta.dirname, '../../bin/kbroker.js')
/** Together more than a search does in one thread. */
const BATCHES_PER_SEGMENT = 36
const VALUE = 'x'.repeat(1024 * 1024)
const PARTITIONS = ['big-0', 'big-1', 'big-2']
let folder: string

beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'kbroker-threads-'))
  for (const partition of PARTITIONS) {
    fs.mkdirSync(join(folder, partition))
    for (const segment of [0, 1]) writeSegment(partition, segment * BATCHES_PER_SEGMENT)
  }
})

afterAll(() => {
  fs.rmSync(folder, { recursive: true })
})

it('finds the same records in the same order, whoever searched the segment', () => {
  const { stdout } = kbroker('search', ...PARTITIONS, '--key-regex', '[05]$', '--json')
  const found = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { topic: string; partition: number; offset: number })
  const expected = PARTITIONS.flatMap((_, partition) =>
    Array.from({ length: 2 * BATCHES_PER_SEGMENT }, (_, offset) => offset)
      .filter(offset => offset % 5 === 0)
      .map(offset => ({ topic: 'big', partition, offset })),
  )
  expect(found.map(({ topic, partition, offset }) => ({ topic, partition, offset }))).toEqual(
    expected,
  )
})

it('ends at its limit while threads are still searching', () => {
  const { stdout } = kbroker('search', ...PARTITIONS, '--key-regex', '.', '--limit', '3', '--json')
  const offsets = stdout
    .trim()
    .split('\n')
    .map(line => (JSON.parse(line) as { offset: number }).offset)
  expect(offsets).toEqual([0, 1, 2])
})

it('verifies all partitions, and names what is damaged in one of them', () => {
  const clean = kbroker('verify', ...PARTITIONS)
  const records = PARTITIONS.length * 2 * BATCHES_PER_SEGMENT
  expect(clean.stdout).toContain(`${PARTITIONS.length} partitions, 6 segments`)
  expect(clean.stdout).toContain(`${records} records`)
  const path = join(folder, 'big-1', segmentName(0))
  const bytes = fs.readFileSync(path)
  const damaged = Buffer.from(bytes)
  damaged[bytes.length - 100]! ^= 1
  fs.writeFileSync(path, damaged)
  const found = kbroker('verify', ...PARTITIONS)
  fs.writeFileSync(path, bytes)
  expect(found.status).toBe(4)
  expect(found.stdout.match(/^error .*/gm)).toEqual([
    expect.stringMatching(/^error batch-crc big-1\//),
  ])
})

it('counts in threads what is there', () => {
  const { stdout } = kbroker('stats', ...PARTITIONS, '--json')
  expect(stdout).toContain(`"records":${PARTITIONS.length * 2 * BATCHES_PER_SEGMENT}`)
})

function writeSegment(partition: string, baseOffset: number): void {
  const batches = Array.from({ length: BATCHES_PER_SEGMENT }, (_, index) => {
    const offset = baseOffset + index
    return encodeBatch({ baseOffset: BigInt(offset), records: [record(0, VALUE, `key-${offset}`)] })
  })
  fs.writeFileSync(join(folder, partition, segmentName(baseOffset)), Buffer.concat(batches))
}

function segmentName(baseOffset: number): string {
  return `${String(baseOffset).padStart(20, '0')}.log`
}

function kbroker(...args: string[]) {
  return spawnSync('node', [KBROKER, ...args], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
}
