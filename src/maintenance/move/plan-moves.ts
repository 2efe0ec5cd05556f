/** From what was asked for to moves, one behind the other: what an interrupted move has left, first. */
import { RefusedError, UsageError } from '../../base/errors.ts'
import type { Movable } from './movable.ts'
import {
  type MovablePartition,
  MoveLedger,
  planBalance,
  planDrain,
  type WantedMove,
} from './move-plan.ts'

export type MoveRequest =
  | { readonly kind: 'named'; readonly wanted: readonly NamedMove[] }
  | { readonly kind: 'balance' }
  | { readonly kind: 'drain'; readonly path: string }

export interface NamedMove {
  /** Of a topic, or of one of its partitions. */
  readonly name: string
  /** One of the log.dirs. */
  readonly to: string
}

/**
 * @throws UsageError where a name leads to nothing, or to two log.dirs
 * @throws RefusedError where it has to stay, or there is no room
 */
export function planMoves(request: MoveRequest, movable: Movable): MoveLedger {
  const ledger = new MoveLedger(movable.directories)
  for (const move of movable.copied) ledger.move(move)
  switch (request.kind) {
    case 'named':
      for (const move of namedMoves(request.wanted, movable)) {
        refuseOtherWay(move, ledger)
        if (!ledger.hasMoved(move.partition)) ledger.move(move)
      }
      return ledger
    case 'balance':
      planBalance(ledger, movable.partitions)
      return ledger
    case 'drain':
      planDrain(ledger, movable.partitions, request.path)
      return ledger
  }
}

/** Those that are there already are left out. */
function namedMoves(wanted: readonly NamedMove[], movable: Movable): WantedMove[] {
  const moves = new Map<string, WantedMove>()
  for (const { name, to } of wanted) {
    const isMeant = (partition: { readonly name: string; readonly topic?: string }) =>
      partition.name === name || partition.topic === name
    const staying = movable.staying.find(isMeant)
    if (staying !== undefined) throw refused(`${staying.name} stays where it is: ${staying.reason}`)
    const meant = movable.partitions.filter(isMeant)
    if (meant.length === 0 && !movable.unplaced.some(isOfUnplaced(name))) {
      throw new UsageError(`${name}: no such topic or partition in these log.dirs`)
    }
    const directory = movable.directories.find(({ path }) => path === to)
    if (directory?.takesNew !== true) throw refused(`${to} is cordoned, or has no directory.id`)
    for (const partition of meant) {
      const other = moves.get(partition.name)
      if (other !== undefined && other.to !== to) {
        throw new UsageError(`${partition.name} can't go to both ${other.to} and ${to}`)
      }
      moves.set(partition.name, { partition, to, isCopied: false })
    }
  }
  return [...moves.values()].filter(({ partition, to }) => partition.logDir !== to)
}

function isOfUnplaced(name: string) {
  return ({ topic, partition }: { readonly topic: string; readonly partition: number }) =>
    name === topic || name === `${topic}-${partition}`
}

/** A copy that is whole goes first: a broker would go on with it, too. */
function refuseOtherWay({ partition, to }: WantedMove, ledger: MoveLedger): void {
  const begun = ledger.moves.find(({ name }) => name === partition.name)
  if (begun === undefined || begun.to === to) return
  const { name }: MovablePartition = partition
  throw refused(`${name} is half way to ${begun.to}, by a move that was interrupted: finish that`)
}

function refused(why: string): RefusedError {
  return new RefusedError('KAFKA_STORAGE_ERROR', why)
}
