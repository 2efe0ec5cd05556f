/**
 * `npm run bench`: kbroker beside Apache Kafka 4.3.1 and its kafka-dump-log, in one run, whole processes in turn, as ratios.
 * Needs Java 17 and Maven, and 12 GiB in --directory. `--only PART` runs the parts whose name holds PART.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compare } from './measure.js'
import { forecasts } from './forecasting.js'
import { repairs } from './repairing.js'
import { segmentAt, SEGMENTS } from './segments.js'
import { compaction } from './compaction.js'
import {
  appends,
  partitionCosts,
  pipelines,
  recovery,
  reindexing,
  threadedRecovery,
} from './writing.js'

/** npm runs scripts in the package's folder. */
const ROOT = process.cwd()
const KBROKER = join(ROOT, 'bin/kbroker.js')
const LIMIT = join(ROOT, 'test/bench/read-and-check.js')

const { values } = parseArgs({
  options: {
    directory: { type: 'string', default: join(tmpdir(), 'kbroker-bench') },
    only: { type: 'string', default: '' },
  },
})
mkdirSync(values.directory, { recursive: true })
const jars = kafkaJars()

const PARTS = {
  start: () => {
    const { version, help, node } = compare(
      {
        version: [KBROKER, '--version'],
        help: [KBROKER, '--help'],
        node: ['--eval', '0'],
      },
      15,
    )
    return `--version ${ms(version)}, --help ${ms(help)}; node alone ${ms(node)}`
  },
  'dump batches, 1 GiB of 1 KiB records': () => dumpBatches(SEGMENTS.large),
  'dump batches, 1 GiB of 1 KiB records, lz4': () => dumpBatches(SEGMENTS.largeLz4),
  'dump --print-data-log, 90 MB of 100 B records': () => dumpRecords(SEGMENTS.small),
  'dump --print-data-log, 90 MB of 100 B records, lz4': () => dumpRecords(SEGMENTS.smallLz4),
  'dump --print-data-log, 1 GiB of 1 KiB records': () => dumpRecords(SEGMENTS.large, 3),
  verify: verify,
  'verify, lz4': () => {
    const { folder, size } = segmentAt(values.directory, SEGMENTS.largeLz4)
    const { lz4 } = compare({ lz4: [KBROKER, 'verify', folder] }, 3)
    return `${rate(2 ** 30, lz4)} of records, ${rate(size, lz4)} of log, ${mib(lz4)}`
  },
  'lookup in 1 GiB': lookup,
  'repair 1 GiB with 100 damaged places': () => repairs(values.directory),
  'recover 2 GiB': () => recovery(values.directory, jars),
  'recover 2 GiB, 8 partitions in two log.dirs': () => threadedRecovery(values.directory, jars),
  'compact 1.5M records of 220 B, 400,000 keys': () => compaction(values.directory, jars),
  'reindex 8 GiB': () => reindexing(values.directory, jars),
  'forecast of 1,000 partitions of 20 segments': () => forecasts(values.directory),
  append: () => appends(values.directory),
  'produce and consume, 1M lines of 100 B': () => pipelines(values.directory),
  'partitions × log.dirs': () => partitionCosts(values.directory),
}

console.log(`${cpus()[0].model}, ${availableParallelism()} processors, Node ${process.version}`)
for (const [name, part] of Object.entries(PARTS)) {
  if (name.includes(values.only)) console.log(`${name}: ${await part()}`)
}

function dumpBatches(segment) {
  const { path } = segmentAt(values.directory, segment)
  const { kbroker, kafka, limit } = compare({
    kbroker: [KBROKER, 'dump', '--files', path],
    kafka: dumpLog('--files', path),
    limit: [LIMIT, path],
  })
  return (
    `${ms(kbroker)} against ${ms(kafka)}: ${ratio(kafka, kbroker)} faster; ` +
    `reading and CRC-32C alone ${ms(limit)}: ${ratio(kbroker, limit)} of it; ${mib(kbroker)}`
  )
}

function dumpRecords(segment, runs = 5) {
  const { path, recordCount } = segmentAt(values.directory, segment)
  const { kbroker, kafka } = compare(
    {
      kbroker: [KBROKER, 'dump', '--files', path, '--print-data-log'],
      kafka: dumpLog('--files', path, '--print-data-log'),
    },
    runs,
  )
  const perSecond = Math.round(recordCount / kbroker.ms)
  return (
    `${ms(kbroker)} against ${ms(kafka)}: ${ratio(kafka, kbroker)} faster, ` +
    `${perSecond}k records/s; ${mib(kbroker)}`
  )
}

function verify() {
  const one = segmentAt(values.directory, SEGMENTS.large)
  const two = segmentAt(values.directory, SEGMENTS.largeAgain)
  const limit = path => `${process.execPath} ${LIMIT} ${path}`
  const together = `${limit(one.path)} & ${limit(two.path)}; wait`
  const measured = compare({
    one: [KBROKER, 'verify', one.folder],
    both: [KBROKER, 'verify', one.folder, two.folder],
    limit: [LIMIT, one.path],
    bothLimits: { command: 'sh', args: ['-c', together] },
  })
  return (
    `one partition ${rate(one.size, measured.one)}, ` +
    `two ${rate(one.size + two.size, measured.both)}: ${gain(measured.one, measured.both)} of one ` +
    `(reading and CRC-32C alone, in two processes: ${gain(measured.limit, measured.bothLimits)}); ` +
    `${mib(measured.both)}`
  )
}

function gain(one, both) {
  return `${((2 * one.ms) / both.ms).toFixed(2)}×`
}

function lookup() {
  const { folder, recordCount } = segmentAt(values.directory, SEGMENTS.large)
  const offset = String(Math.floor(recordCount * 0.7))
  const { found, start } = compare(
    {
      found: [KBROKER, 'lookup', folder, '--offset', offset],
      start: [KBROKER, 'lookup', '--help'],
    },
    15,
  )
  return `${ms(found)}, ${(found.ms - start.ms).toFixed(0)} ms more than lookup --help`
}

function dumpLog(...args) {
  const tool = ['-Xmx1g', '-cp', jars, 'org.apache.kafka.tools.DumpLogSegments']
  return { command: 'java', args: [...tool, ...args] }
}

function kafkaJars() {
  const script = 'set -euo pipefail; . "$1/lib.sh"; fetch "$newest"; echo "$cache/$newest/*"'
  const args = ['-c', script, 'fetch', join(ROOT, 'fixtures/make')]
  const { status, stdout, stderr } = spawnSync('bash', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`cannot get Apache Kafka: ${stderr}`)
  return stdout.trim()
}

function ms({ ms }) {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`
}

function mib({ rssMax }) {
  return `${Math.round(rssMax / 2 ** 20)} MiB resident`
}

function rate(bytes, { ms }) {
  return `${(bytes / ms / 1e6).toFixed(2)} GB/s`
}

function ratio(slow, fast) {
  return `${(slow.ms / fast.ms).toFixed(2)}×`
}
