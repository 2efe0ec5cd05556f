/** What `repair` would do, or has done, for people. */
import { basename } from 'node:path'
import type { CheckpointMend } from '../../maintenance/repair/checkpoint-mend.ts'
import { type CureReport, isDamaged } from '../../maintenance/repair/cure-report.ts'
import { overlaps, OVERLAPS } from '../../maintenance/repair/misplaced.ts'
import type { LostRange, OffsetRange } from '../../maintenance/repair/loss.ts'
import type { Cure } from '../../maintenance/repair/partition-cure.ts'
import {
  needsCure,
  type PartitionPlace,
  type PartitionPlan,
} from '../../maintenance/repair/partition-plan.ts'
import type { RepairListener, RepairPlan } from '../../maintenance/repair/repair-log-dirs.ts'
import { byteCount } from './byte-count.ts'
import { loadActionText } from './recover-output.ts'

export interface RepairOutput {
  planned(plan: PartitionPlan): void
  plan(plan: RepairPlan): void
  listener(cure: Cure | undefined): RepairListener
}

type Line = (line: string) => void

/** Damaged places and ranges that are told one by one. */
const TOLD_MAX = 10

export class RepairText implements RepairOutput {
  readonly #line: Line

  constructor(line: Line) {
    this.#line = line
  }

  planned(plan: PartitionPlan): void {
    const { place, salvage, likeKafka, refusal } = plan
    const damage = isDamaged(salvage) ? 'damaged' : needsCure(plan) ? 'leftovers' : 'in order'
    const end = `ends at offset ${salvage.endOffset}`
    this.#line(`${place.path}: ${damage}; ${countOf(salvage.records, 'record')}, ${end}`)
    if (isDamaged(salvage) && likeKafka !== undefined) this.#sideBySide(salvage, likeKafka)
    else if (overlaps(salvage)) this.#line(`  --like-kafka can't be had: ${OVERLAPS}`)
    this.#details(place, salvage)
    if (salvage.unfinishedBytes > 0 && !isDamaged(salvage)) {
      const bytes = byteCount(salvage.unfinishedBytes)
      this.#line(`  ${bytes} of an unfinished write at the end: the next start takes it away`)
    }
    for (const name of plan.leftovers.setAside) this.#line(`  ${name}: damaged, set aside`)
    if (plan.unfinishedFrom !== undefined) this.#line(`  ${UNFINISHED}`)
    for (const action of plan.leftovers.actions) {
      const isLeft = !needsCure(plan)
      this.#line(`  ${isLeft ? 'the next start: ' : ''}${loadActionText(action)}`)
    }
    for (const mend of plan.checkpoints) this.#line(`  ${checkpointText(mend)}`)
    if (refusal !== undefined) this.#line(`  not repaired: ${refusal}`)
  }

  plan({ partitions, clusters, twins, stale, leftAlone }: RepairPlan): void {
    for (const { file, found, clusterId } of clusters) {
      this.#line(`${file}: cluster.id ${found}: ${clusterId} in its place`)
    }
    for (const { kept, moved, why } of twins) {
      this.#line(`${moved}: goes to the backup; ${kept} stays: ${why}`)
    }
    for (const { path, state, bytes } of stale) {
      this.#line(`${path}: goes to the backup (${byteCount(bytes)}): ${STALE[state]}`)
    }
    for (const { path, why } of leftAlone) this.#line(`${path}: left alone: ${why}`)
    const damaged = partitions.filter(needsCure).length
    const changes =
      clusters.length +
      twins.length +
      stale.length +
      partitions.flatMap(each => each.checkpoints).length
    this.#line(
      `${countOf(partitions.length, 'partition')}, ${damaged} damaged; ${countOf(changes, 'other mend')}`,
    )
  }

  listener(cure: Cure | undefined): RepairListener {
    return {
      cluster: ({ file, clusterId }, kept) => {
        this.#line(`${file}: cluster.id is ${clusterId} now; what it was is in ${kept}`)
      },
      stale: ({ path, state, bytes }, backup) => {
        this.#line(`${path}: moved to ${backup} (${byteCount(bytes)}): ${STALE[state]}`)
      },
      twin: ({ kept, moved, why }, backup) => {
        this.#line(`${moved}: moved to ${backup}; ${kept} stays: ${why}`)
      },
      partition: ({ place, report, leftovers, checkpoints, backup }) => {
        if (report !== undefined) {
          const done = cure === 'salvage' ? 'salvaged' : 'cut'
          this.#line(`${place.path}: ${done}; keeps ${keptText(report)}, loses ${lostText(report)}`)
          this.#details(place, report)
        }
        for (const name of leftovers.setAside) this.#line(`${place.path}: ${name} set aside`)
        for (const mend of checkpoints) this.#line(`${place.path}: ${checkpointText(mend)}`)
        this.#line(`${place.path}: what was replaced is in ${backup}`)
      },
    }
  }

  #sideBySide(salvage: CureReport, likeKafka: CureReport): void {
    const rows: readonly [string, (report: CureReport) => string][] = [
      ['keeps', keptText],
      ['loses', lostText],
      ['log ends at', ({ endOffset }) => `offset ${endOffset}`],
      ['segments', segmentsText],
    ]
    const columns = [likeKafka, salvage].map(report => rows.map(([, text]) => text(report)))
    const heads = ['--like-kafka', '--salvage']
    const widths = columns.map((cells, i) => {
      return Math.max(heads[i]!.length, ...cells.map(({ length }) => length))
    })
    const row = (name: string, cells: readonly string[]) => {
      const padded = cells.map((cell, i) => cell.padEnd(widths[i]!))
      this.#line(`  ${name.padEnd(NAME_WIDTH)}${padded.join('  ')}`.trimEnd())
    }
    row('', heads)
    for (const [i, [name]] of rows.entries()) row(name, [columns[0]![i]!, columns[1]![i]!])
  }

  #details({ topic, partition }: PartitionPlace, report: CureReport): void {
    const { lost, mended, moved, joined, absent, isCompacted, openTransactions } = report
    const isOffset = ({ firstOffset }: LostRange) => firstOffset !== undefined
    this.#some(lost.filter(isOffset), rangeLines)
    this.#some(
      lost.filter(range => !isOffset(range)),
      rangeLines,
    )
    this.#some(joined, name => [
      `${name}: put in order together with the segment before it: their offsets reach into one another`,
    ])
    this.#some(isCompacted ? [] : absent, range => [
      `absent: offsets ${offsetsText(range)}: no file holds them; a segment is missing, unless the topic is compacted`,
    ])
    this.#some(moved, ({ file, position, ...offsets }) => [
      `moved: ${basename(file)} at byte ${position}: offsets ${offsetsText(offsets)}, to where they belong`,
    ])
    this.#some(mended, ({ file, position, what, found, mended: is, ...offsets }) => {
      const place = `${basename(file)} at byte ${position}`
      const batch = `offsets ${offsets.firstOffset} to ${offsets.lastOffset}`
      return [`mended: ${place}: ${what} ${found}, is ${is}: ${batch}`]
    })
    if (!isDamaged(report)) return
    this.#some(openTransactions, ({ producerId, firstOffset }) => [
      `open: a transaction of producer ${producerId} from offset ${firstOffset} on. Where its end is lost it hangs, and ` +
        'holds read_committed readers back; kbroker transactions tells, and this ends it: kafka-transactions.sh ' +
        `--bootstrap-server HOST:PORT abort --topic ${topic} --partition ${partition} --start-offset ${firstOffset}`,
    ])
  }

  #some<T>(items: readonly T[], text: (item: T) => readonly string[]): void {
    for (const item of items.slice(0, TOLD_MAX)) {
      for (const line of text(item)) this.#line(`  ${line}`)
    }
    if (items.length > TOLD_MAX) this.#line(`  … and ${items.length - TOLD_MAX} more: --json`)
  }
}

const UNFINISHED = 'a repair of it was interrupted: either cure brings it to its end'
const NAME_WIDTH = 13
const STALE = {
  deleted: 'it was deleted',
  stray: 'the cluster did not know it',
  future: 'it was to be moved here, and none of these log.dirs has it',
} as const

function countOf(count: number | bigint, noun: string): string {
  return `${count} ${noun}${count === 1 || count === 1n ? '' : 's'}`
}

function keptText({ records, bytes }: CureReport): string {
  return `${countOf(records, 'record')}, ${byteCount(bytes)}`
}

function lostText({ lost, lostOffsets, bytes, bytesBefore }: CureReport): string {
  const [first, ...more] = lost.filter(({ firstOffset }) => firstOffset !== undefined)
  const size = byteCount(Math.max(0, bytesBefore - bytes))
  if (first === undefined) return `no offsets, ${size}`
  const others = more.length > 0 ? ` and ${more.length} more ranges` : ''
  const count = lostOffsets === 0n ? '' : ` (${countOf(lostOffsets, 'offset')})`
  return `${offsetsText(first)}${others}${count}, ${size}`
}

function segmentsText(report: CureReport): string {
  const { rewritten, dropped, joined } = report
  if (!isDamaged(report)) return 'as they are: it does not notice'
  const gone =
    joined.length > 0 ? `${joined.length} put in order with others` : `${dropped.length} dropped`
  return `${rewritten.length} rewritten, ${gone}`
}

function offsetsText({ firstOffset, lastOffset }: Partial<OffsetRange>): string {
  if (firstOffset === lastOffset) return `${firstOffset}`
  if (lastOffset === undefined) return `from ${firstOffset} on`
  return `${firstOffset} to ${lastOffset}`
}

function rangeLines(range: LostRange): string[] {
  const offsets = range.firstOffset === undefined ? 'no offset' : offsetsText(range)
  return range.places.map(({ file, position, size, reason, isMarker }) => {
    const marker = isMarker === true ? ', the end of a transaction' : ''
    return `lost: ${offsets}: ${basename(file)} at byte ${position}, ${size} bytes: ${reason}${marker}`
  })
}

function checkpointText({ file, offset, mended }: CheckpointMend): string {
  const now = mended === undefined ? 'the entry is taken away' : `${mended} in its place`
  return `${basename(file)}: offset ${offset} lies beyond the end of the log: ${now}`
}
