/** The partition folders of the fixtures, small files only: a run has to be quick. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

/** npm runs scripts in the package's folder. */
const FIXTURES = 'fixtures'
const FILE_BYTES_MAX = 48 * 1024
const PARTITION_BYTES_MAX = 160 * 1024
const DUMPABLE = /\.(log|index|timeindex|txnindex|snapshot|checkpoint)$|^leader-epoch-checkpoint$/

export function loadPartitions() {
  return [...partitionFolders(FIXTURES)].map(load).filter(({ files }) => files.length > 0)
}

function* partitionFolders(path) {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name === 'expected' || entry.name === 'make') continue
    const child = join(path, entry.name)
    if (/-\d+$/.test(entry.name) && readdirSync(child).some(name => name.endsWith('.log'))) {
      yield child
    } else {
      yield* partitionFolders(child)
    }
  }
}

function load(path) {
  const name = path.split('/').at(-1)
  const files = []
  let size = 0
  for (const file of readdirSync(path).filter(file => DUMPABLE.test(file))) {
    const bytes = statSync(join(path, file)).size
    if (bytes > FILE_BYTES_MAX || size + bytes > PARTITION_BYTES_MAX) continue
    size += bytes
    files.push({ name: file, bytes: readFileSync(join(path, file)) })
  }
  return { path: relative(FIXTURES, path), name, topic: name.replace(/-\d+$/, ''), files }
}
