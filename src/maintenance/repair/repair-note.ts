/** `repair.json`, beside what was replaced: which offsets are lost, and where their bytes are. */
import { basename, resolve } from 'node:path'
import type { CureReport } from './cure-report.ts'
import type { LostPlace, LostRange } from './loss.ts'
import type { Cure } from './partition-cure.ts'

export interface RepairedPartition {
  readonly topic: string
  readonly partition: number
  /** Of its folder. */
  readonly path: string
  readonly cure: Cure
  readonly nowMs: number
  readonly isFinished: boolean
  /** Of the first segment that is changed. */
  readonly changedFrom: bigint
}

/** Files are those beside it. */
export function repairNote(about: RepairedPartition, report: CureReport): Buffer {
  const { topic, partition, path, cure, nowMs, isFinished, changedFrom } = about
  const note = {
    version: 1,
    topic,
    partition,
    folder: basename(path),
    path: resolve(path),
    cure,
    finished: isFinished,
    changedFrom: exact(changedFrom),
    startedAt: new Date(nowMs).toISOString(),
    logEndOffset: exact(report.endOffset),
    recordsKept: report.records,
    joined: report.joined,
    moved: report.moved.map(({ file, position, firstOffset, lastOffset }) => ({
      file: basename(file),
      position,
      firstOffset: exact(firstOffset),
      lastOffset: exact(lastOffset),
    })),
    lost: report.lost.map(lostMembers),
    mended: report.mended.map(({ file, position, firstOffset, lastOffset, ...change }) => ({
      file: basename(file),
      position,
      firstOffset: exact(firstOffset),
      lastOffset: exact(lastOffset),
      what: change.what,
      found: exact(change.found),
      mended: exact(change.mended),
    })),
    openTransactions: report.openTransactions.map(({ producerId, firstOffset }) => ({
      producerId: exact(producerId),
      firstOffset: exact(firstOffset),
    })),
  }
  const text = JSON.stringify(note, undefined, 1)
  return Buffer.from(`${text.replace(EXACT, '$1')}\n`)
}

export function lostMembers({ firstOffset, lastOffset, places }: LostRange) {
  return {
    firstOffset: firstOffset === undefined ? null : exact(firstOffset),
    lastOffset: lastOffset === undefined ? null : exact(lastOffset),
    places: places.map(placeMembers),
  }
}

export function placeMembers({ file, position, size, reason, records, isMarker }: LostPlace) {
  return {
    ...{ file: basename(file), position, size, reason },
    ...(records !== undefined && { records }),
    ...(isMarker && { isMarker }),
  }
}

/** JSON.stringify knows no int64: its digits are written as text, and the quotes taken away. */
function exact(value: bigint): string {
  return `int64:${value}`
}

const EXACT = /"int64:(-?\d+)"/g
