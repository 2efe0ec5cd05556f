/** `forecast` of a log.dir of 1,000 partitions with 20 segments each, closed cleanly and not. */
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { linesAt } from './log-dirs.js'
import { compare } from './measure.js'

const KBROKER = join(process.cwd(), 'bin/kbroker.js')
const PARTITIONS = 1000
const SEGMENTS = 20
const BATCHES_PER_SEGMENT = 5
const LINE_SIZE = 100
/** Of a batch: its base offset, and at 8 how many bytes follow. */
const LOG_OVERHEAD = 12

export function forecasts(directory) {
  const clean = manySegments(directory)
  const unclean = join(directory, 'many-segments-unclean')
  rmSync(unclean, { recursive: true, force: true })
  cpSync(clean, unclean, { recursive: true })
  rmSync(join(unclean, '.kafka_cleanshutdown'))
  const command = path => [KBROKER, 'forecast', '--log-dirs', path, '-q']
  const measured = compare({ clean: command(clean), unclean: command(unclean) })
  rmSync(unclean, { recursive: true })
  const text = ({ ms, rssMax }) =>
    `${(ms / 1000).toFixed(2)} s, ${Math.round(rssMax / 2 ** 20)} MiB`
  return `closed cleanly ${text(measured.clean)}; after a crash ${text(measured.unclean)}`
}

function manySegments(directory) {
  const path = join(directory, 'many-segments')
  if (existsSync(path)) return path
  const made = `${path}.tmp`
  rmSync(made, { recursive: true, force: true })
  mkdirSync(made)
  const template = templateOf(directory)
  const lines = linesAt(directory, { count: 20 * PARTITIONS, size: LINE_SIZE, isKeyed: true })
  run(
    'produce',
    '-t',
    'many',
    '--partitions',
    PARTITIONS,
    '-K',
    ':',
    '-l',
    lines,
    '--log-dirs',
    made,
  )
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const folder = join(made, `many-${partition}`)
    for (const name of readdirSync(folder).filter(each => /^\d+\./.test(each)))
      rmSync(join(folder, name))
    for (const [name, bytes] of template) writeFileSync(join(folder, name), bytes)
  }
  run('recover', '--log-dirs', made, '--execute', '-q')
  renameSync(made, path)
  return path
}

/** Logs by their names: one log, parted where batches end. */
function templateOf(directory) {
  const logDir = join(directory, 'many-template')
  rmSync(logDir, { recursive: true, force: true })
  mkdirSync(logDir)
  const count = SEGMENTS * BATCHES_PER_SEGMENT
  const lines = linesAt(directory, { count: count * 10, size: LINE_SIZE })
  const sizes = ['--batch-size', String(11 * LINE_SIZE)]
  run(
    'produce',
    '-t',
    'template',
    '--partitions',
    1,
    '--log-dirs',
    logDir,
    '-q',
    ...sizes,
    '-l',
    lines,
  )
  const log = readFileSync(join(logDir, 'template-0/00000000000000000000.log'))
  rmSync(logDir, { recursive: true })
  const batches = []
  for (let at = 0; at < log.length;) {
    const size = LOG_OVERHEAD + log.readInt32BE(at + 8)
    batches.push(log.subarray(at, at + size))
    at += size
  }
  const begin = slot => Math.floor((slot * batches.length) / SEGMENTS)
  return Array.from({ length: SEGMENTS }, (_, slot) => {
    const own = batches.slice(begin(slot), begin(slot + 1))
    const name = `${String(own[0].readBigInt64BE(0)).padStart(20, '0')}.log`
    return [name, Buffer.concat(own)]
  })
}

function run(...args) {
  const { status, stderr } = spawnSync(process.execPath, [KBROKER, ...args.map(String)], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  if (status !== 0) throw new Error(`kbroker ${args.join(' ')} ended with ${status}: ${stderr}`)
}
