/** The parts of the bench that write: recovery, appends, produce and consume, many partitions. */
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import {
  filledLogDir,
  filledLogDirs,
  freshLogDirs,
  linesAt,
  logsOf,
  makeUnclean,
  removeDerived,
} from './log-dirs.js'
import { compare, median, once } from './measure.js'

const KBROKER = join(process.cwd(), 'bin/kbroker.js')
const KAFKA_RECOVERY = join(process.cwd(), 'test/kafka/java/Recovery.java')
const LIMIT = join(process.cwd(), 'test/bench/read-and-check.js')
const APPEND = join(process.cwd(), '.cache/test/append.js')
const RECOVERY_RUNS = 3
const RECOVERED_BYTES = 2 ** 31
/** So much that the start of the process counts for little. */
const REINDEXED_BYTES = 2 ** 33
const APPEND_RUNS = 3
const PARTITION_COUNTS = [1, 10, 100, 1000]
const DIRS = 2

export function recovery(directory, jars) {
  const logDir = filledLogDir(directory, { bytes: RECOVERED_BYTES, kbroker: KBROKER })
  return recoveryOf([logDir], jars)
}

/** With threads: ours by default, Kafka's two for each log.dir. */
export function threadedRecovery(directory, jars) {
  const filling = { bytes: RECOVERED_BYTES, kbroker: KBROKER, partitionCount: 8 }
  return recoveryOf(filledLogDirs(directory, filling), jars)
}

/** All indexes and snapshots of a log, none of which is there any more. */
export function reindexing(directory, jars) {
  const logDir = filledLogDir(directory, { bytes: REINDEXED_BYTES, kbroker: KBROKER })
  const before = () => {
    makeUnclean(logDir)
    removeDerived(logDir, 'large')
  }
  return besideKafka([logDir], {
    command: ['reindex', '--all'],
    oneThread: '--workers',
    before,
    jars,
  })
}

/** Ours is the whole process; of Kafka only what its log manager takes to start, in a JVM that has. */
function recoveryOf(logDirs, jars) {
  const before = () => logDirs.forEach(makeUnclean)
  return besideKafka(logDirs, { command: ['recover'], oneThread: '--threads', before, jars })
}

/** @param oneThread the option that says of how many threads */
function besideKafka(logDirs, { command, oneThread, before, jars }) {
  const logs = logDirs.flatMap(logDir => logsOf(logDir, 'large'))
  const bytes = logs.reduce((sum, path) => sum + statSync(path).size, 0)
  const ours = [KBROKER, ...command, '--log-dirs', logDirs.join(','), '--execute', '-q']
  const taken = { kbroker: [], alone: [], kafka: [], limit: [] }
  let rssMax = 0
  for (let run = -1; run < RECOVERY_RUNS; run++) {
    const { milliseconds: kbroker, rss } = once({ node: ours, before })
    rssMax = Math.max(rssMax, rss)
    const ms = {
      kbroker,
      alone: once({ node: [...ours, oneThread, '1'], before }).milliseconds,
      limit: once([LIMIT, ...logs]).milliseconds,
    }
    before()
    ms.kafka = kafkaRecoveryMs(logDirs, jars)
    if (run < 0) continue
    for (const [name, milliseconds] of Object.entries(ms)) taken[name].push(milliseconds)
  }
  const { kbroker: together, kafka: kafkas, alone, limit } = mapped(taken, median)
  return (
    `${gbs(bytes, together)} against ${gbs(bytes, kafkas)}: ${times(kafkas, together)} faster; ` +
    `${times(alone, together)} as fast as in one thread (${gbs(bytes, alone)}); ` +
    `${times(together, limit)} the time of reading and CRC-32C alone (${gbs(bytes, limit)}); ` +
    `${Math.round(rssMax / 2 ** 20)} MiB resident`
  )
}

function mapped(object, change) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]))
}

function kafkaRecoveryMs(logDirs, jars) {
  const args = ['-Xmx1g', '-cp', jars, KAFKA_RECOVERY, '/dev/null', ...logDirs]
  const { status, stdout, stderr } = spawnSync('java', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`Apache Kafka's recovery failed: ${stderr}`)
  return Number(stdout)
}

/** The best of several: what the disk and others do between is not what is measured. */
export function appends(directory) {
  const best = {}
  for (let run = 0; run < APPEND_RUNS; run++) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [APPEND, directory], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(stderr)
    for (const [name, figure] of Object.entries(JSON.parse(stdout))) {
      best[name] = Math.max(best[name] ?? 0, figure)
    }
  }
  const { largeBytesPerSecond, smallPerSecond, syncsOfOnePerSecond, syncsOf64PerSecond } = best
  return (
    `128 KiB batches ${(largeBytesPerSecond / 1e9).toFixed(2)} GB/s, ` +
    `100 B batches ${Math.round(smallPerSecond / 1000)}k/s; synced each: one writer ` +
    `${Math.round(syncsOfOnePerSecond)}/s, 64 writers ${Math.round(syncsOf64PerSecond)}/s, ` +
    `${(syncsOf64PerSecond / syncsOfOnePerSecond).toFixed(1)}×`
  )
}

export function pipelines(directory) {
  const count = 1_000_000
  const inputPath = linesAt(directory, { count, size: 100 })
  const [a, b] = freshLogDirs(join(directory, 'pipelines'))
  const at = ['-q', '-t', 'lines', '--log-dirs', `${a},${b}`]
  const before = () => freshLogDirs(join(directory, 'pipelines'))
  const { produce } = compare({ produce: { node: [KBROKER, 'produce', ...at], inputPath, before } })
  const { consume } = compare({ consume: [KBROKER, 'consume', ...at] })
  freshLogDirs(join(directory, 'pipelines'))
  return `produce ${told(produce)}; consume ${told(consume)}`
}

/** Times of whole processes, in milliseconds: medians. */
export function partitionCosts(directory) {
  const inputPath = linesAt(directory, { count: 100_000, size: 100, isKeyed: true })
  const rows = PARTITION_COUNTS.map(count =>
    partitionCost(join(directory, 'partitions'), { count, inputPath }),
  )
  freshLogDirs(join(directory, 'partitions'))
  return ['', 'partitions  create  open+close  produce 100k keyed', ...rows].join('\n')
}

function partitionCost(directory, { count, inputPath }) {
  const [a, b] = freshLogDirs(directory)
  const at = ['-q', '--log-dirs', `${a},${b}`]
  const partitions = String(count * DIRS)
  const create = [KBROKER, 'produce', ...at, '-t', 'many', '--partitions', partitions]
  const { created } = compare(
    { created: { node: create, inputPath: '/dev/null', before: () => freshLogDirs(directory) } },
    3,
  )
  const { opened } = compare({ opened: [KBROKER, 'recover', ...at, '--execute'] }, 3)
  const produce = [KBROKER, 'produce', ...at, '-t', 'many', '-K:']
  const { produced } = compare({ produced: { node: produce, inputPath } }, 3)
  const ms = ({ ms }, width) => `${ms.toFixed(0)} ms`.padStart(width)
  const name = `${count} × ${DIRS}`.padEnd(10)
  return `${name}${ms(created, 8)}${ms(opened, 12)}${ms(produced, 20)}`
}

function told({ ms, rssMax }) {
  return `${(ms / 1000).toFixed(2)} s, ${Math.round(rssMax / 2 ** 20)} MiB resident`
}

function gbs(bytes, milliseconds) {
  return `${(bytes / milliseconds / 1e6).toFixed(2)} GB/s`
}

function times(slow, fast) {
  return `${(slow / fast).toFixed(2)}×`
}
