/** What `repair` would do, or has done, one JSON object a line. */
import { basename } from 'node:path'
import type { CheckpointMend } from '../../maintenance/repair/checkpoint-mend.ts'
import type { CureReport } from '../../maintenance/repair/cure-report.ts'
import type { Cure } from '../../maintenance/repair/partition-cure.ts'
import { placeMembers } from '../../maintenance/repair/repair-note.ts'
import { needsCure, type PartitionPlan } from '../../maintenance/repair/partition-plan.ts'
import type { RepairListener, RepairPlan } from '../../maintenance/repair/repair-log-dirs.ts'
import { jsonText, type JsonValue } from '../json-text.ts'
import type { RepairOutput } from './repair-text.ts'

export class RepairJson implements RepairOutput {
  readonly #line: (line: string) => void

  constructor(line: (line: string) => void) {
    this.#line = line
  }

  planned(plan: PartitionPlan): void {
    const { place, salvage, likeKafka, leftovers, checkpoints, refusal } = plan
    this.#print({
      topic: place.topic,
      partition: place.partition,
      folder: place.path,
      damaged: needsCure(plan),
      salvage: cureMembers(salvage),
      likeKafka: likeKafka === undefined ? undefined : cureMembers(likeKafka),
      unfinishedFrom: plan.unfinishedFrom,
      setAside: leftovers.setAside,
      checkpoints: checkpoints.map(checkpointMembers),
      refusal,
    })
  }

  plan({ clusters, twins, stale, leftAlone }: RepairPlan): void {
    for (const mend of clusters) this.#print({ mend: 'cluster-id', ...mend })
    for (const mend of twins) this.#print({ mend: 'partition-twice', ...mend })
    for (const folder of stale) this.#print({ mend: 'stale', ...folder })
    for (const left of leftAlone) this.#print({ leftAlone: left.path, why: left.why })
  }

  listener(cure: Cure | undefined): RepairListener {
    return {
      cluster: (mend, kept) => this.#print({ mended: 'cluster-id', ...mend, kept }),
      stale: (folder, backup) => this.#print({ mended: 'stale', ...folder, backup }),
      twin: (mend, backup) => this.#print({ mended: 'partition-twice', ...mend, backup }),
      partition: ({ place, report, leftovers, checkpoints, backup }) => {
        this.#print({
          topic: place.topic,
          partition: place.partition,
          folder: place.path,
          cure: report && cure,
          result: report && cureMembers(report),
          setAside: leftovers.setAside,
          checkpoints: checkpoints.map(checkpointMembers),
          backup,
        })
      },
    }
  }

  #print(value: { readonly [key: string]: JsonValue }): void {
    this.#line(jsonText(value))
  }
}

function cureMembers(report: CureReport) {
  const { lost, mended, moved, absent, isCompacted, openTransactions, ...figures } = report
  return {
    ...figures,
    lost: lost.map(({ firstOffset = null, lastOffset = null, places }) => ({
      firstOffset,
      lastOffset,
      places: places.map(placeMembers),
    })),
    mended: mended.map(({ file, ...batch }) => ({ file: basename(file), ...batch })),
    moved: moved.map(({ file, ...batch }) => ({ file: basename(file), ...batch })),
    compacted: isCompacted,
    absent: absent.map(range => ({ ...range })),
    openTransactions: openTransactions.map(transaction => ({ ...transaction })),
  }
}

function checkpointMembers({ file, offset, mended }: CheckpointMend) {
  return { file: basename(file), offset, mended: mended ?? null }
}
