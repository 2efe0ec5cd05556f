/** The files of a partition that follow from its logs, and what each of them says, entry by entry. */
import { CorruptDataError } from '../../base/errors.ts'
import { LEADER_EPOCH_CHECKPOINT, parseSegmentFileName } from '../../log/file-names.ts'
import { readLeaderEpochCheckpoint } from '../../log/leader-epoch-checkpoint.ts'
import { OFFSET_INDEX_ENTRY } from '../../log/offset-index.ts'
import { readProducerSnapshot } from '../../log/producer-snapshot.ts'
import { TIME_INDEX_ENTRY } from '../../log/time-index.ts'
import { ABORTED_TRANSACTION } from '../../log/transaction-index.ts'

export type DerivedKind = 'index' | 'timeindex' | 'txnindex' | 'snapshot' | 'leader-epochs'

export function derivedKindOf(name: string): DerivedKind | undefined {
  if (name === LEADER_EPOCH_CHECKPOINT) return 'leader-epochs'
  const parsed = parseSegmentFileName(name)
  if (parsed?.state !== 'live' || !parsed.wellFormed || parsed.kind === 'log') return undefined
  return parsed.kind
}

export interface Difference {
  /** Entries before it are the same. */
  readonly entry: number
  /** What the log says; undefined where it says no more. */
  readonly ours?: string
  /** What the file says; undefined where it ends before. */
  readonly theirs?: string
}

/**
 * Where a file first differs from what the log says.
 *
 * @returns undefined where it does not: zeros behind the last entry of an index are room that a broker has made
 */
export function differenceIn(
  kind: DerivedKind,
  { name, ours, theirs }: { readonly name: string; readonly ours: Buffer; readonly theirs: Buffer },
): Difference | undefined {
  if (ours.equals(theirs)) return undefined
  const { entrySize } = KINDS[kind]
  if (entrySize !== undefined) {
    const used = kind === 'txnindex' ? theirs : withoutRoom(theirs, entrySize, ours.length)
    return differenceOfEntries(kind, { entrySize, name, ours, theirs: used })
  }
  const [own, other] = [entriesOf(kind, ours, name), entriesOf(kind, theirs, name)]
  if (typeof other === 'string') return { entry: 0, ours: own[0] ?? 'nothing', theirs: other }
  const longest = Math.max(own.length, other.length)
  for (let entry = 0; entry < longest; entry++) {
    if (own[entry] !== other[entry]) return difference(entry, own[entry], other[entry])
  }
  return { entry: longest }
}

/** Zeros to the end, behind as many bytes as the index has. */
function withoutRoom(bytes: Buffer, entrySize: number, size: number): Buffer {
  const end = bytes.findLastIndex(byte => byte !== 0) + 1
  const used = Math.ceil(end / entrySize) * entrySize
  const isRoom = bytes.length - used >= entrySize || bytes.length > size
  return isRoom ? bytes.subarray(0, used) : bytes
}

function differenceOfEntries(kind: DerivedKind, compared: ComparedEntries): Difference | undefined {
  const { entrySize, name, ours, theirs } = compared
  if (ours.equals(theirs)) return undefined
  const common = Math.min(ours.length, theirs.length)
  let at = 0
  while (at < common && ours[at] === theirs[at]) at++
  const entry = Math.floor(at / entrySize)
  return difference(entry, textAt(kind, ours, entry, name), textAt(kind, theirs, entry, name))
}

interface ComparedEntries {
  readonly entrySize: number
  readonly name: string
  readonly ours: Buffer
  readonly theirs: Buffer
}

function difference(
  entry: number,
  ours: string | undefined,
  theirs: string | undefined,
): Difference {
  return { entry, ...(ours !== undefined && { ours }), ...(theirs !== undefined && { theirs }) }
}

function textAt(kind: DerivedKind, bytes: Buffer, entry: number, name: string): string | undefined {
  const { entrySize, textOf } = KINDS[kind] as SlottedKind
  const at = entry * entrySize
  if (at >= bytes.length) return undefined
  if (at + entrySize > bytes.length) return `${bytes.length - at} bytes, which are no entry`
  return textOf(bytes, at, parseSegmentFileName(name)?.baseOffset ?? 0n)
}

/** Entries in the log's own words; why there are none, where the file can't be read. */
function entriesOf(kind: DerivedKind, bytes: Buffer, name: string): string[] | string {
  try {
    return (KINDS[kind] as WholeKind).read(bytes, name)
  } catch (error) {
    if (error instanceof CorruptDataError) return error.damage.reason
    throw error
  }
}

interface SlottedKind {
  readonly entrySize: number
  readonly textOf: (bytes: Buffer, at: number, baseOffset: bigint) => string
}

interface WholeKind {
  readonly entrySize?: undefined
  /** @throws CorruptDataError */
  readonly read: (bytes: Buffer, name: string) => string[]
}

const KINDS: Readonly<Record<DerivedKind, SlottedKind | WholeKind>> = {
  index: {
    entrySize: OFFSET_INDEX_ENTRY.size,
    textOf(bytes, at, baseOffset) {
      const { relativeOffset, position } = OFFSET_INDEX_ENTRY.decode(bytes, at)
      return `offset ${baseOffset + BigInt(relativeOffset)} at byte ${position}`
    },
  },
  timeindex: {
    entrySize: TIME_INDEX_ENTRY.size,
    textOf(bytes, at, baseOffset) {
      const { timestamp, relativeOffset } = TIME_INDEX_ENTRY.decode(bytes, at)
      return `timestamp ${timestamp} up to offset ${baseOffset + BigInt(relativeOffset)}`
    },
  },
  txnindex: {
    entrySize: ABORTED_TRANSACTION.size,
    textOf(bytes, at) {
      const { producerId, firstOffset, lastOffset } = ABORTED_TRANSACTION.decode(bytes, at)
      return `producer ${producerId} aborted offsets ${firstOffset} to ${lastOffset}`
    },
  },
  snapshot: {
    read: bytes =>
      readProducerSnapshot(bytes).map(entry => {
        const { producerId, producerEpoch, coordinatorEpoch, timestamp } = entry
        const { lastSequence, lastOffset, offsetDelta, currentTxnFirstOffset } = entry
        const transaction =
          currentTxnFirstOffset < 0n
            ? ''
            : `, in a transaction since offset ${currentTxnFirstOffset}`
        return (
          `producer ${producerId}: epoch ${producerEpoch}, coordinator epoch ${coordinatorEpoch}, ` +
          `sequence ${lastSequence} at offset ${lastOffset} (delta ${offsetDelta}), ` +
          `timestamp ${timestamp}${transaction}`
        )
      }),
  },
  'leader-epochs': {
    read(bytes, name) {
      const { entries, damages } = readLeaderEpochCheckpoint(bytes, name)
      if (damages[0] !== undefined) throw new CorruptDataError(damages[0])
      return entries.map(({ epoch, startOffset }) => `epoch ${epoch} from offset ${startOffset}`)
    },
  },
}
