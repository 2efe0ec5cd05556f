/** What two copies of partitions differ in, as text or JSON. */
import type { DiffReport } from '../../inspect/diff/diff-logs.ts'
import { otherSide, type Difference } from '../../inspect/diff/difference.ts'
import type { EpochDivergence } from '../../inspect/diff/epoch-divergence.ts'
import { jsonText } from '../json-text.ts'

export function differenceJson(partition: string, difference: Difference): string {
  const { kind, side, firstOffset, lastOffset, count, ...facts } = difference
  const where = kind === 'missing' ? { missingIn: side } : { side }
  return jsonText({
    partition,
    difference: kind,
    ...where,
    firstOffset,
    lastOffset,
    count,
    ...facts,
  })
}

export function reportJson(partition: string, report: DiffReport): string {
  const { a, b, compared, divergence, epochs, differences, lesser } = report
  const isSame = differences === 0 && lesser === 0
  return jsonText({
    partition,
    same: isSame,
    sameRecords: differences === 0,
    differences,
    lesser,
    divergence: divergence ? { ...divergence } : null,
    compared: { ...compared },
    leaderEpochs: epochs ? { ...epochs, epoch: epochs.epoch ?? null } : null,
    a: { ...a },
    b: { ...b },
  })
}

export function* differenceText(difference: Difference): Generator<string> {
  const { kind, side, fields, problem, beyond } = difference
  const offsets = offsetsOf(difference)
  switch (kind) {
    case 'missing': {
      const why = beyond === undefined ? '' : `, beyond its ${beyond}`
      yield `  only in ${name(otherSide(side!))}: ${offsets}${why}`
      return
    }
    case 'record':
      yield `  differing records: ${offsets}: ${fields}`
      return
    case 'unreadable':
      yield `  unreadable in ${name(side!)}: from offset ${difference.firstOffset} on: ${problem}`
      return
    case 'checksum':
      yield `  wrong checksum in ${name(side!)}: ${offsets}`
      return
    case 'leader-epoch':
      yield `  other leader epoch, same records: ${offsets}`
      return
    default:
      yield `  other batches, same records: ${offsets}`
  }
}

export function* reportText(partition: string, report: DiffReport): Generator<string> {
  const { compared, differences, lesser, divergence, epochs } = report
  if (differences === 0) {
    const what = lesser === 0 ? 'the same' : 'the same records, otherwise batched or led'
    yield `${partition}: ${what}, offsets ${compared.from} to ${compared.to} (exclusive)`
  } else if (divergence === undefined) {
    yield `${partition}: differs in where it begins`
  } else {
    const { offset, epochA, epochB } = divergence
    const epoch = `leader epoch ${epochA ?? 'unknown'} in A, ${epochB ?? 'unknown'} in B`
    yield `${partition}: differs from offset ${offset} on (${epoch})`
  }
  if (epochs !== undefined && (differences > 0 || epochs.isForked))
    yield `  ${epochText(epochs)}${contradiction(report)}`
}

function epochText({ epoch, endOffsetA, endOffsetB, commonEndOffset, isForked }: EpochDivergence) {
  if (epoch === undefined) return 'leader epochs: none is in both'
  const ends = `leader epoch ${epoch} is the last in both, and ends at ${endOffsetA} in A, ${endOffsetB} in B`
  if (isForked) return `${ends}: there they parted, at offset ${commonEndOffset}`
  if (endOffsetA === endOffsetB) return `${ends}: by that they are the same`
  return `${ends}: by that, one is only behind the other`
}

/** Up to there leaders have written the same; what is not the same was changed by somebody else. */
function contradiction({ divergence, epochs }: DiffReport): string {
  const isBefore = divergence !== undefined && divergence.offset < epochs!.commonEndOffset
  return isBefore ? '; but they differ before that: one of them was changed' : ''
}

function offsetsOf({ firstOffset, lastOffset, count }: Difference): string {
  const records = count === 1 ? '1 record' : `${count} records`
  if (firstOffset === lastOffset) return `offset ${firstOffset} (${records})`
  return `offsets ${firstOffset} to ${lastOffset} (${records})`
}

function name(side: 'a' | 'b'): string {
  return side.toUpperCase()
}
