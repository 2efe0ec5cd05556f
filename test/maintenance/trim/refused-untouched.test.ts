/** Damaged logs that were to be shortened, and were not: every byte of the log.dir is what it was. */
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { readLogDir } from '../../../src/log-dirs/log-dir.ts'
import { trimPartitions } from '../../../src/maintenance/trim/trim-partitions.ts'
import type { TrimAction } from '../../../src/maintenance/trim/trim-plan.ts'
import { configWith, DAY_MS, NOW_MS } from '../../log/new-log.ts'
import { contentsOf } from '../../log-dirs/two-log-dirs.ts'
import { putFixture } from '../repair/memory-repair.ts'

const MARKER = '/log/.kafka_cleanshutdown'

describe.each(['truncate', 'delete-records'] as const)('a refused %s changes nothing', action => {
  it.each([
    ['log-start-past-end', true, /would drop 0+62\.log \(.+before its start at 500.*3 more/],
    ['log-start-past-end', false, /would drop 0+62\.log .+kbroker repair mends/],
    ['bit-flip-compressed-body', false, /^records-lz4-0 is not in order: .+would cut 1362 bytes/],
    ['truncated-tail', true, /would end the log at offset 62 and pass over 843 bytes of 0+62\.log/],
    ['truncated-tail', false, /would cut \d+ bytes off 0+62\.log.+ not whole/],
    ['epoch-checkpoint-malformed', true, /leader-epoch-checkpoint/],
    ['epoch-checkpoint-malformed', false, /leader-epoch-checkpoint/],
  ])('of %s, cleanly stopped: %s', async (name, isClean, message) => {
    const disk = fixture(name, isClean)
    const before = contentsOf(disk, '/log')
    await expect(trimFixture(disk, action, 3000n)).rejects.toThrow(message)
    expect(contentsOf(disk, '/log')).toEqual(before)
    expect(disk.status(MARKER) !== undefined).toBe(isClean)
  })
})

it.each([
  [false, /is not in order: .+ would cut/],
  [
    true,
    /is not in order: .+ would end the log at offset \d+ and pass over \d+ bytes of 0+62\.log/,
  ],
])(
  'what loading would cut or pass over is not cut by a truncation: %s',
  async (isClean, message) => {
    const disk = fixture('truncated-tail', isClean)
    const before = contentsOf(disk, '/log')
    await expect(trimFixture(disk, 'truncate', 5n)).rejects.toThrow(message)
    expect(contentsOf(disk, '/log')).toEqual(before)
  },
)

function fixture(name: string, isClean: boolean): MemoryDisk {
  const disk = new MemoryDisk()
  putFixture(disk, `damaged/${name}`)
  if (!isClean) disk.remove(MARKER)
  return disk
}

function trimFixture(disk: MemoryDisk, action: TrimAction, offset: bigint) {
  const partitions = readLogDir(disk, '/log').partitions.map(({ path, name, parsed }) => {
    return { path, name, ...parsed, logDir: dirname(path) }
  })
  return trimPartitions(partitions, {
    action,
    point: { kind: 'offset', offset },
    isPreview: false,
    isOnlyReplica: () => true,
    disk,
    takesLocks: false,
    clock: { nowMs: () => NOW_MS },
    configOf: () => configWith({}),
    producerExpirationMs: DAY_MS,
  })
}
