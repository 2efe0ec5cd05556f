/** What `truncate` and `delete-records` take away, a block of lines for each partition, or a JSON object. */
import type { CommittedOutside } from '../../maintenance/trim/committed-outside.ts'
import type { TouchedTransaction, TrimOutcome } from '../../maintenance/trim/trim-partitions.ts'
import type { TrimPlan } from '../../maintenance/trim/trim-plan.ts'
import { jsonText } from '../json-text.ts'
import { byteCount } from './byte-count.ts'

export interface ShownTrim {
  readonly outcome: TrimOutcome
  /** Undefined where what groups have committed is not here. */
  readonly committed: readonly CommittedOutside[] | undefined
  readonly replicas: readonly number[] | undefined
  readonly isPreview: boolean
}

export function* trimText({ outcome, committed, isPreview }: ShownTrim): Generator<string> {
  const { name, plan, keptIn, transactions } = outcome
  const { before, after } = plan
  const now = `offsets ${before.logStartOffset} to ${before.logEndOffset}`
  const then = `${after.logStartOffset} to ${after.logEndOffset}`
  if (isUnchanged(plan)) {
    yield `${name}: ${now}: nothing to take away${doneText(plan)}`
    return
  }
  yield `${name}: ${now}, ${isPreview ? 'then' : 'now'} ${then}${splitText(plan)}`
  const markers =
    plan.controlRecords === 0 ? '' : ` and ${counted(plan.controlRecords, 'control record')}`
  const uncounted =
    plan.uncountedBytes === 0 ? '' : `, and what is in ${plan.uncountedBytes} damaged bytes`
  yield `  ${counted(plan.records, 'record')}${markers}${uncounted} gone; ${byteCount(plan.bytes)} on disk`
  for (const { file, position, bytes, isCut } of plan.parts) {
    yield isCut
      ? `  cut ${file} at byte ${position}: ${bytes} bytes`
      : `  remove ${file}: ${bytes} bytes`
  }
  for (const { groupId, offset } of committed ?? []) {
    yield `  group ${groupId} has committed offset ${offset}, which is no longer there`
  }
  for (const transaction of transactions) yield `  ${transactionText(transaction)}`
  if (keptIn === undefined) return
  yield isPreview ? `  would keep what goes in ${keptIn}` : `  what goes is kept in ${keptIn}`
}

export function trimJson({ outcome, committed, replicas, isPreview }: ShownTrim): string {
  const { path, topic, partition, plan, keptIn, transactions } = outcome
  const { action, offset, before, after, records, controlRecords, uncountedBytes, bytes } = plan
  return jsonText({
    action,
    executed: !isPreview,
    topic,
    partition,
    path,
    offset,
    before: { ...before },
    after: { ...after },
    records,
    controlRecords,
    uncountedBytes,
    bytes,
    files: plan.parts.map(({ file, position, bytes: size, isCut }) => {
      return { file, bytes: size, cutAt: isCut ? position : null }
    }),
    groups: committed?.map(group => ({ ...group })) ?? null,
    transactions: transactions.map(transaction => ({ ...transaction })),
    replicas: replicas ?? null,
    backup: keptIn ?? null,
  })
}

function isUnchanged({ before, after, parts }: TrimPlan): boolean {
  return parts.length === 0 && before.logStartOffset === after.logStartOffset
}

/** As it does where the log was cut before, and the offset lay within a batch. */
function doneText({ offset, before }: TrimPlan): string {
  return offset > before.logEndOffset ? `: it ends before offset ${offset}` : ''
}

function splitText({ action, offset, after }: TrimPlan): string {
  if (action !== 'truncate' || offset === after.logEndOffset) return ''
  return offset < after.logEndOffset
    ? ''
    : `: the last whole batch before offset ${offset} ends there`
}

const OUTCOMES: Readonly<Record<TouchedTransaction['outcome'], string>> = {
  gone: 'is open, and gone then',
  shortened: 'is open, and loses records',
  reopened: 'was ended, and is open again then: it hangs, and holds readers of committed data back',
}

function transactionText({ producerId, producerEpoch, firstOffset, outcome }: TouchedTransaction) {
  const what = OUTCOMES[outcome]
  return `the transaction of producer ${producerId}, epoch ${producerEpoch}, from offset ${firstOffset} ${what}`
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
