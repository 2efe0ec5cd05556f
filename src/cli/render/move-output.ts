/** Moves of partitions: one a line or JSON object, then what each log.dir holds and has free, before and after. */
import type { MoveDirectory, MoveLedger, PlannedMove } from '../../maintenance/move/move-plan.ts'
import type { UnplacedCopy } from '../../maintenance/move/movable.ts'
import { PLAIN } from '../colour.ts'
import { jsonText } from '../json-text.ts'
import { byteCount } from './byte-count.ts'
import { type Column, tableLines } from './table.ts'

export interface ShownMoves {
  readonly ledger: MoveLedger
  /** Names of partitions whose copy was there before. */
  readonly copied: ReadonlySet<string>
  readonly unplaced: readonly UnplacedCopy[]
  readonly isPreview: boolean
  /** Else the broker puts copies in place. */
  readonly isSwapped: boolean
}

export function* moveText(shown: ShownMoves): Generator<string> {
  const { ledger, copied, unplaced } = shown
  for (const { topic, partition, logDir } of unplaced) {
    yield `${topic}-${partition}: the copy in ${logDir} takes the place of what was moved away`
  }
  for (const move of ledger.moves) {
    const { name, bytes, logDir, to, freeAfter } = move
    const there = copied.has(name) ? '; its copy is there already' : ''
    const free = Number.isFinite(freeAfter) ? `; ${byteCount(freeAfter)} free there then` : ''
    yield `${name}: ${byteCount(bytes)} from ${logDir} to ${to}${there}${free}`
  }
  if (ledger.moves.length + unplaced.length === 0) yield 'nothing to move'
  yield* tableLines(columnsOf(ledger), ledger.directories, PLAIN)
}

function columnsOf(ledger: MoveLedger): Column<MoveDirectory>[] {
  const bytesText = (bytes: number) => (Number.isFinite(bytes) ? byteCount(bytes) : undefined)
  return [
    { name: 'LOG.DIR', cell: ({ path }) => path },
    { name: 'HOLDS', align: 'right', cell: ({ bytes }) => byteCount(bytes) },
    { name: 'THEN', align: 'right', cell: ({ path }) => byteCount(ledger.bytesIn(path)) },
    { name: 'FREE', align: 'right', cell: ({ freeBytes }) => bytesText(freeBytes) },
    { name: 'THEN', align: 'right', cell: directory => bytesText(ledger.freeIn(directory)) },
  ]
}

export function* moveJson({ ledger, ...shown }: ShownMoves): Generator<string> {
  const { copied, unplaced, isPreview, isSwapped } = shown
  for (const { topic, partition, logDir } of unplaced) {
    yield jsonText({ kind: 'copy-to-place', topic, partition, to: logDir, executed: !isPreview })
  }
  for (const move of ledger.moves) yield moveLine(move)
  for (const directory of ledger.directories) {
    const { path, bytes, freeBytes } = directory
    yield jsonText({
      kind: 'log-dir',
      path,
      bytesBefore: bytes,
      bytesAfter: ledger.bytesIn(path),
      freeBytesBefore: known(freeBytes),
      freeBytesAfter: known(ledger.freeIn(directory)),
    })
  }

  function moveLine({ topic, partition, bytes, logDir, to, freeAfter, name }: PlannedMove) {
    return jsonText({
      kind: 'move',
      topic,
      partition,
      bytes,
      from: logDir,
      to,
      wasCopied: copied.has(name),
      freeBytesAfter: known(freeAfter),
      executed: !isPreview,
      putInPlaceBy: isSwapped ? 'kbroker' : 'broker',
    })
  }
}

function known(bytes: number): number | null {
  return Number.isFinite(bytes) ? bytes : null
}
