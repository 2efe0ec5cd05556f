/** Whose log.dirs they are: one node's of a KRaft cluster, or why they can't be changed as such. */
import { join } from 'node:path'
import type { LockHolder } from '../../disk/file-lock.ts'
import { heldText } from '../../disk/lock-holder-text.ts'
import { LOCK_FILE } from '../../log/file-names.ts'
import type { LogDir } from '../../log-dirs/log-dir.ts'

export interface NodeIdentity {
  readonly clusterId: string
  readonly nodeId: number
}

export const ONLINE_ADVICE = 'start Kafka, and use kafka-topics --bootstrap-server'

/** Undefined where none was formatted, or where their problems leave it open. */
export function nodeIdentity(logDirs: readonly LogDir[]): NodeIdentity | undefined {
  for (const { meta } of logDirs) {
    const { clusterId, nodeId } = meta ?? {}
    if (clusterId !== undefined && nodeId !== undefined) return { clusterId, nodeId }
  }
  return undefined
}

export function identityProblems(logDirs: readonly LogDir[]): string[] {
  return [...logDirs.flatMap(ownProblems), ...differences(logDirs), ...doubles(logDirs)]
}

/** @param askLock who holds a `.lock` */
export function lockProblems(
  logDirs: readonly LogDir[],
  askLock: (path: string) => LockHolder | undefined | 'unknown',
): string[] {
  return logDirs.flatMap(({ path, lockFileExists }) => {
    if (!lockFileExists) return []
    const holder = askLock(join(path, LOCK_FILE))
    if (holder === undefined) return []
    if (holder !== 'unknown') return [`${path} is ${heldText(holder)}`]
    const file = join(path, LOCK_FILE)
    return [`whether a broker holds ${path} can't be told: if none does, remove ${file}`]
  })
}

function ownProblems({ path, hasMeta, meta, failures }: LogDir): string[] {
  const wrong = meta?.damages.length ?? 0
  if (!hasMeta) return [`${path} has no meta.properties, but is not empty`]
  if (meta === undefined) return failures.map(({ message }) => message)
  if (meta.version === 0 && wrong === 0) {
    return [`${path} is of a broker under ZooKeeper, which keeps topics there: ${ONLINE_ADVICE}`]
  }
  return wrong === 0 ? [] : [`${path}: meta.properties is damaged; kbroker verify tells more`]
}

function differences(logDirs: readonly LogDir[]): string[] {
  const [first, ...others] = logDirs.filter(({ meta }) => meta !== undefined)
  const other = others.find(
    ({ meta }) =>
      meta?.clusterId !== first?.meta?.clusterId || meta?.nodeId !== first?.meta?.nodeId,
  )
  if (first === undefined || other === undefined) return []
  return [`${first.path} and ${other.path} are of different nodes: ${who(first)}, ${who(other)}`]
}

function who({ meta }: LogDir): string {
  return `node ${meta?.nodeId ?? '?'} of cluster ${meta?.clusterId ?? '?'}`
}

function doubles(logDirs: readonly LogDir[]): string[] {
  const seen = new Map<string, string>()
  const problems: string[] = []
  for (const { path, meta } of logDirs) {
    const id = meta?.directoryId
    if (id === undefined) continue
    const twin = seen.get(id)
    if (twin !== undefined) problems.push(`${twin} and ${path} have one directory.id, ${id}`)
    seen.set(id, path)
  }
  return problems
}
