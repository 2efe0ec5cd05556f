/** What is said of bytes that are no batch, or one that is damaged. */
import type { Batch } from '../dump/dump-sink.ts'
import type { FindingKind } from './finding-kinds.ts'
import type { ByteSpan, Checksums, TailReason } from './log-walk.ts'

/** In Kafka's words. */
export function checksumText({ size }: Batch, { stored, computed }: Checksums): string {
  return computed === undefined
    ? `Record batch is corrupt (the size ${size} is impossible)`
    : `Record is corrupt (stored crc = ${stored}, computed crc = ${computed})`
}

export interface TailDamage {
  readonly kind: FindingKind
  readonly found: string
  readonly expected: string
}

/** @param isOpenEnded whether a broker that died leaves such an end */
export function tailDamage(
  { from, to }: ByteSpan,
  why: TailReason,
  isOpenEnded: boolean,
): TailDamage {
  const size = to - from
  const zeros = `${size} bytes of zeros`
  if (isOpenEnded && why !== 'not-a-batch') {
    const found = why === 'zeros' ? zeros : `${size} bytes of a torn batch`
    return { kind: 'unclean-tail', found, expected: 'the end of the log' }
  }
  const found = why === 'zeros' ? zeros : `Found ${size} invalid bytes at the end of the log`
  return { kind: TAIL_KINDS[why], found, expected: 'a whole batch, or the end of the log' }
}

const TAIL_KINDS: Readonly<Record<TailReason, FindingKind>> = {
  torn: 'batch-torn',
  zeros: 'zeros',
  'not-a-batch': 'batch-size',
}
