/** Log.dirs to measure with: made by kbroker itself, with 1 KiB records in one partition, or empty. */
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'

const LINES_PER_WRITE = 1000
const CLEAN_MARKS = ['.kafka_cleanshutdown', 'recovery-point-offset-checkpoint']

/** A file of lines that differ. */
export function linesAt(directory, { count, size, isKeyed = false }) {
  const path = join(directory, `${count}-lines-of-${size}${isKeyed ? '-keyed' : ''}`)
  if (existsSync(path)) return path
  const descriptor = openSync(path, 'w')
  for (let line = 0; line < count; line += LINES_PER_WRITE) {
    const lines = Array.from({ length: Math.min(LINES_PER_WRITE, count - line) }, (_, i) =>
      `${isKeyed ? `key-${line + i}:` : ''}line ${line + i} `.padEnd(size, 'the log is a file '),
    )
    writeSync(descriptor, `${lines.join('\n')}\n`)
  }
  closeSync(descriptor)
  return path
}

/** Two folders, new and empty. */
export function freshLogDirs(directory) {
  const paths = ['a', 'b'].map(name => join(directory, name))
  for (const path of paths) {
    rmSync(path, { recursive: true, force: true })
    mkdirSync(path, { recursive: true })
  }
  return paths
}

/** One log.dir with so many bytes of a topic, made if it isn't there. */
export function filledLogDir(directory, { bytes, kbroker }) {
  const path = join(directory, `log-dir-${bytes}`)
  filled([path], { bytes, kbroker, partitionCount: 1 })
  return path
}

/** Two of them. */
export function filledLogDirs(directory, { bytes, kbroker, partitionCount }) {
  const folder = join(directory, `log-dirs-${bytes}-${partitionCount}`)
  mkdirSync(folder, { recursive: true })
  const paths = ['a', 'b'].map(name => join(folder, name))
  filled(paths, { bytes, kbroker, partitionCount })
  return paths
}

function filled(paths, { bytes, kbroker, partitionCount }) {
  if (paths.every(path => existsSync(path))) return
  const making = paths.map(path => `${path}.tmp`)
  for (const path of [...paths, ...making]) rmSync(path, { recursive: true, force: true })
  for (const path of making) mkdirSync(path, { recursive: true })
  const lines = linesAt(dirname(paths[0]), {
    count: Math.max(1, Math.round(bytes / 1032)),
    size: 1023,
  })
  const topic = ['-t', 'large', '--partitions', String(partitionCount)]
  const produce = [kbroker, 'produce', '-q', ...topic, '--log-dirs', making.join(',')]
  const script = 'input=$1; shift; exec "$@" < "$input"'
  const args = ['-c', script, 'sh', lines, process.execPath, ...produce]
  const { status, stderr } = spawnSync('sh', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`cannot make ${paths.join(', ')}: ${stderr}`)
  for (const [index, path] of paths.entries()) renameSync(making[index], path)
  rmSync(lines)
}

/** As after a crash that lost nothing: all of it has to be read again. */
export function makeUnclean(logDir) {
  for (const name of CLEAN_MARKS) rmSync(join(logDir, name), { force: true })
}

/** All that can be built anew from the logs. */
export function removeDerived(logDir, topic) {
  const derived = /\.(index|timeindex|txnindex|snapshot)$|^leader-epoch-checkpoint$/
  for (const path of filesOf(logDir, topic)) if (derived.test(basename(path))) rmSync(path)
}

export function logsOf(logDir, topic) {
  return filesOf(logDir, topic).filter(path => path.endsWith('.log'))
}

function filesOf(logDir, topic) {
  return readdirSync(logDir)
    .filter(name => name.startsWith(`${topic}-`))
    .flatMap(name => readdirSync(join(logDir, name)).map(file => join(logDir, name, file)))
}
