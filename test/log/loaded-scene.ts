import { loadLog } from '../../src/log/load-log.ts'
import type { LoadOptions } from '../../src/log/log-loading.ts'
import type { LoadedLog } from '../../src/log/loaded-log.ts'
import type { Disk } from '../../src/disk/disk.ts'
import type { MemoryDisk } from '../../src/disk/memory-disk.ts'
import type { LoadAction } from '../../src/log/load-action.ts'
import { batchOfSize } from './new-batch.ts'
import { configWith, DAY_MS, folderOn, newDisk, NOW_MS, openLog, shortName } from './new-log.ts'

/** Three batches of 300 bytes to a segment; an entry for each batch but the first. */
export const SCENE_CONFIG = { segmentBytes: 1000, indexIntervalBytes: 0 }

/** Offsets 0–2, 3–5 and 6–7, one a batch, closed in order. */
export async function threeSegments(): Promise<MemoryDisk> {
  const disk = newDisk()
  const log = openLog(disk, { config: SCENE_CONFIG })
  for (let offset = 0; offset < 8; offset++) {
    log.append(batchOfSize(300), { leaderEpoch: 0, origin: 'client' })
  }
  await log.close()
  return disk
}

export interface Loading {
  readonly loaded: LoadedLog
  readonly actions: readonly LoadAction[]
  /** What was done and to which file, in words. */
  readonly told: readonly string[]
}

/** By default after a crash, with no checkpoints. */
export function load(disk: Disk, options: Partial<LoadOptions> = {}): Loading {
  const actions: LoadAction[] = []
  const loaded = loadLog(folderOn(disk), {
    config: configWith(SCENE_CONFIG),
    isClean: false,
    recoveryPoint: 0n,
    logStartOffset: 0n,
    nowMs: NOW_MS,
    producerExpirationMs: DAY_MS,
    onAction: action => actions.push(action),
    ...options,
  })
  const told = actions.map(({ kind, path }) => `${kind} ${shortName(path)}`)
  return { loaded, actions, told }
}
