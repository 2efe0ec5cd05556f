/** Damage that a crash or a failing disk leaves in log.dirs with java/Traffic.java's topics, each kind in a partition of its own. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

type Damage = (folder: string) => void

const DAMAGES: Readonly<Record<string, Damage>> = {
  'mixed-0': folder => cut(last(folder, '.log'), 10),
  'mixed-1': folder => flip(middle(folder, '.log'), 0.5),
  'mixed-2': folder => rmSync(middle(folder, '.index')),
  'paid-0': folder => rmSync(last(folder, '.snapshot')),
  'paid-1': folder => {
    endBefore(last(folder, '.txnindex'))
    for (const path of all(folder, '.snapshot')) flip(path, 0.5)
  },
  'shortened-0': folder => {
    const index = middle(folder, '.index')
    copyFileSync(index, join(folder, '00000000000000000001.index'))
    copyFileSync(index, join(folder, '00000000000000000001.timeindex'))
    rmSync(middle(folder, '.timeindex'))
  },
  // A swap has its indexes: where one is missing, Kafka puts a file of full size, all zeros, in its place.
  'compacted-0': folder => {
    for (const suffix of ['.log', '.index', '.timeindex']) {
      const path = middle(folder, suffix)
      copyFileSync(path, `${path}.swap`)
    }
    const first = all(folder, '.log')[0]!
    copyFileSync(first, `${first}.deleted`)
    copyFileSync(last(folder, '.log'), `${last(folder, '.log')}.cleaned`)
  },
  'appended-0': folder => appendFileSync(last(folder, '.log'), Buffer.alloc(100, 0xa5)),
  'stamped-0': folder => rmSync(last(folder, '.timeindex')),
  'one.file_and-more-1-0': folder => rmSync(last(folder, '.index')),
  'idle-0': folder => rmSync(join(folder, 'leader-epoch-checkpoint')),
}

export function damageAll(logDirs: readonly string[]): void {
  for (const [partition, damage] of Object.entries(DAMAGES)) {
    const folder = logDirs.map(path => join(path, partition)).find(path => existsSync(path))
    if (folder === undefined) throw new Error(`there is no ${partition}`)
    damage(folder)
  }
}

/** One of each partition that has several. */
export function removeIndexes(logDirs: readonly string[]): void {
  for (const path of logDirs) {
    for (const { name } of readdirSync(path, { withFileTypes: true }).filter(e =>
      e.isDirectory(),
    )) {
      const folder = join(path, name)
      if (readdirSync(folder).filter(file => file.endsWith('.index')).length > 1) {
        rmSync(middle(folder, '.index'))
      }
    }
  }
}

/** The last segments of some, from their middle on: the checksum of a batch does not cover its offset (KAFKA-6264). */
export function stretchOffsets(logDirs: readonly string[]): void {
  for (const partition of ['mixed-0', 'mixed-1', 'paid-0', 'paid-1']) {
    const folder = logDirs.map(path => join(path, partition)).find(path => existsSync(path))
    const path = last(folder!, '.log')
    const bytes = readFileSync(path)
    const positions: number[] = []
    for (let at = 0; at + 12 <= bytes.length; at += 12 + bytes.readInt32BE(at + 8))
      positions.push(at)
    for (const position of positions.slice(positions.length >> 1)) {
      bytes.writeBigInt64BE(bytes.readBigInt64BE(position) + 0x8000_0005n, position)
    }
    writeFileSync(path, bytes)
  }
}

function all(folder: string, suffix: string): string[] {
  const names = readdirSync(folder).filter(name => name.endsWith(suffix))
  if (names.length === 0) throw new Error(`there is no *${suffix} in ${folder}`)
  return names.sort().map(name => join(folder, name))
}

function last(folder: string, suffix: string): string {
  return all(folder, suffix).at(-1)!
}

function middle(folder: string, suffix: string): string {
  const paths = all(folder, suffix)
  return paths[paths.length >> 1]!
}

function cut(path: string, bytes: number): void {
  truncateSync(path, readFileSync(path).length - bytes)
}

function flip(path: string, part: number): void {
  const bytes = readFileSync(path)
  bytes[Math.floor(bytes.length * part)]! ^= 0x10
  writeFileSync(path, bytes)
}

/** The first entry of a transaction index: a marker at offset 0. */
function endBefore(path: string): void {
  const bytes = readFileSync(path)
  bytes.writeBigInt64BE(0n, 18)
  writeFileSync(path, bytes)
}
