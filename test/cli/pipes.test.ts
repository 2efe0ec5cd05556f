/**
 * What `consume` writes is what `produce` reads, through real pipes between the built commands: key, value, headers,
 * null, empty, timestamp, partition and order.
 */
import fc from 'fast-check'
import { spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import {
  type FramedRecord,
  RecordFrameDecoder,
  RecordFrameEncoder,
} from '../../src/record/record-frame.ts'
import { scratchDirectory } from '../disk/scratch.ts'
import { anyBytes } from '../record/arbitrary-record.ts'

const KBROKER = join(import.meta.dirname, '../../bin/kbroker.js')
const PRELUDE = `set -euo pipefail; kbroker() { "${process.execPath}" "${KBROKER}" "$@"; }; `
const PARTITIONS = 3
/** Each takes four processes. */
const RUNS = 5
const TIMEOUT_MS = 300_000
const scratch = scratchDirectory()

it.each(['--json', '--binary'])(
  'consume | produce is the identity, with %s',
  async format => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyPlacedRecord(), { maxLength: 60 }), async records => {
        const folder = mkdtempSync(join(scratch, 'run-'))
        const encoder = new RecordFrameEncoder()
        const frames = records.map(record => Buffer.from(encoder.encode(record)))
        writeFileSync(join(folder, 'frames'), Buffer.concat(frames))
        const copied = await bash(folder, copyBy(format))
        expect(byPartition(decoded(copied))).toEqual(byPartition(records))
      }),
      { numRuns: RUNS },
    )
  },
  TIMEOUT_MS,
)

/** The second log.dirs, read as frames, which have a test of their own. */
function copyBy(format: string): string {
  const fresh = `--partitions ${PARTITIONS} -q`
  return `
    mkdir a b c d
    kbroker produce -t t --log-dirs a,b ${fresh} --binary < frames
    kbroker consume -t t --log-dirs a,b ${format} | kbroker produce -t t --log-dirs c,d ${fresh} ${format}
    kbroker consume -t t --log-dirs c,d --binary --partition-order
  `
}

/** Times are those that a topic takes by default: not in the future. */
function anyPlacedRecord(): fc.Arbitrary<FramedRecord> {
  const nullable = () => fc.option(anyBytes(), { nil: null })
  return fc.record({
    partition: fc.nat({ max: PARTITIONS - 1 }),
    offset: fc.constant(-1n),
    timestampType: fc.constant('create' as const),
    timestamp: fc.oneof(
      fc.bigInt({ min: 0n, max: 1_700_000_000_000n }),
      fc.bigInt({ min: 1_700_000_000_000n, max: 1_700_000_000_009n }),
    ),
    key: nullable(),
    value: nullable(),
    headers: fc.array(fc.record({ key: anyBytes(), value: nullable() }), { maxLength: 3 }),
  })
}

function decoded(frames: Buffer): FramedRecord[] {
  const decoder = new RecordFrameDecoder()
  decoder.push(frames)
  const records: FramedRecord[] = []
  for (let record = decoder.next(); record !== undefined; record = decoder.next()) {
    records.push(record)
  }
  decoder.end()
  return records
}

/** In their order there, which gives them their offsets. */
function byPartition(records: readonly FramedRecord[]): FramedRecord[] {
  return Array.from({ length: PARTITIONS }, (_, number) => number).flatMap(number =>
    records
      .filter(({ partition }) => partition === number)
      .map((record, offset) => ({ ...record, offset: BigInt(offset) })),
  )
}

/** @returns what the script writes to stdout */
function bash(folder: string, script: string): Promise<Buffer> {
  const args = ['--norc', '-c', PRELUDE + script]
  const child = spawn('bash', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const output: Buffer[] = []
  let told = ''
  child.stdout.on('data', (bytes: Buffer) => output.push(bytes))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => {
      if (code === 0 && told === '') resolve(Buffer.concat(output))
      else reject(new Error(`bash ended with ${code}: ${told}`))
    })
  })
}
