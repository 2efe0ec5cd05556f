/** `compact` beside Apache Kafka's own cleaner, on copies of one segment. */
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { median, once } from './measure.js'

const KBROKER = join(process.cwd(), 'bin/kbroker.js')
const KAFKA_CLEANING = join(process.cwd(), 'test/kafka/java/Cleaning.java')
const RECORDS = 1_500_000
const KEYS = 400_000
const KEY_STEP = 7919
const VALUE_SIZE = 200
const LINES_PER_WRITE = 10_000
const BUFFER_BYTES = 96 * 2 ** 20
const RUNS = 3

/** Ours is the whole process; of Kafka only its cleaner, in a JVM that has started and a log that was opened. */
export function compaction(directory, jars) {
  const filled = filledLogDir(directory)
  const copy = join(directory, 'compacted-copy')
  const before = () => {
    rmSync(copy, { recursive: true, force: true })
    cpSync(filled, copy, { recursive: true })
  }
  const command = [KBROKER, 'compact', '--log-dirs', copy, '--roll', '--execute', '-q']
  const taken = { kbroker: [], kafka: [] }
  let rssMax = 0
  for (let run = -1; run < RUNS; run++) {
    const ours = once({ node: command, before })
    rssMax = Math.max(rssMax, ours.rss)
    before()
    const kafka = kafkaMs(join(copy, 'compacted-0'), jars)
    if (run < 0) continue
    taken.kbroker.push(ours.milliseconds)
    taken.kafka.push(kafka)
  }
  rmSync(copy, { recursive: true })
  const [ours, kafkas] = [median(taken.kbroker), median(taken.kafka)]
  const { size } = statSync(join(filled, 'compacted-0/00000000000000000000.log'))
  return (
    `${Math.round(ours)} ms against ${Math.round(kafkas)} ms: ${(kafkas / ours).toFixed(1)}× as fast, ` +
    `${Math.round(size / 1000 / ours)} MB/s, ${Math.round(rssMax / 2 ** 20)} MiB resident, ` +
    `with a buffer of ${BUFFER_BYTES / 2 ** 20} at most`
  )
}

function kafkaMs(folder, jars) {
  const args = ['-Xmx1g', '-cp', jars, KAFKA_CLEANING, String(Date.now()), String(BUFFER_BYTES)]
  const { status, stdout, stderr } = spawnSync(
    'java',
    [...args, folder, '0', '--', 'cleanup.policy=compact'],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`Apache Kafka's cleaner failed: ${stderr}`)
  return Number(stdout.split(' ')[0])
}

function filledLogDir(directory) {
  const path = join(directory, 'compacted')
  if (existsSync(path)) return path
  const lines = join(directory, 'compacted-lines')
  writeLines(lines)
  const making = `${path}.tmp`
  rmSync(making, { recursive: true, force: true })
  mkdirSync(making)
  const topic = ['-t', 'compacted', '--partitions', '1', '--topic-config', 'cleanup.policy=compact']
  const args = [KBROKER, 'produce', '-q', '-K', ':', ...topic, '--log-dirs', making]
  const input = openSync(lines)
  const { status, stderr } = spawnSync(process.execPath, args, {
    stdio: [input, 'ignore', 'pipe'],
    encoding: 'utf8',
  })
  closeSync(input)
  if (status !== 0) throw new Error(`cannot make ${path}: ${stderr}`)
  cpSync(making, path, { recursive: true })
  for (const left of [making, lines]) rmSync(left, { recursive: true })
  return path
}

function writeLines(path) {
  const descriptor = openSync(path, 'w')
  for (let first = 0; first < RECORDS; first += LINES_PER_WRITE) {
    const lines = Array.from({ length: LINES_PER_WRITE }, (_, index) => {
      const record = first + index
      const value = `line ${record} `.padEnd(VALUE_SIZE, 'the log is a file ')
      return `key-${(record * KEY_STEP) % KEYS}:${value}`
    })
    writeSync(descriptor, `${lines.join('\n')}\n`)
  }
  closeSync(descriptor)
}
