/** The files of a partition that follow from its logs, and what each of them says, entry by entry. */
import { CorruptDataError } from '../../base/errors.ts'
import { LEADER_EPOCH_CHECKPOINT, parseSegmentFileName } from '../../log/file-names.ts'
import { readLeaderEpochCheckpoint } from '../../log/leader-epoch-checkpoint.ts'
import { OFFSET_INDEX_ENTRY } from '../../log/offset-index.ts'
import { readProducerSnapshot, type StoredProducer } from '../../log/producer-snapshot.ts'
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

export interface ComparedFile {
  readonly name: string
  readonly ours: Buffer
  readonly theirs: Buffer
  /** Whether zeros behind the last entry of an index are room that a broker has made, and would give back. */
  readonly mayHaveRoom: boolean
}

/** Where a file first says something else than the log does; undefined where it doesn't. */
export function differenceIn(kind: DerivedKind, file: ComparedFile): Difference | undefined {
  const { ours, theirs } = file
  if (ours.equals(theirs)) return undefined
  const format = KINDS[kind]
  if ('read' in format) return differenceOfWhole(format, file)
  if (file.mayHaveRoom && isFollowedByZeros(theirs, ours)) return undefined
  return differenceOfEntries(format, file)
}

function differenceOfWhole(format: WholeFormat, file: ComparedFile): Difference | undefined {
  const own = format.read(file.ours, file.name)
  const other = readable(format, file)
  if (typeof other === 'string') return { entry: 0, ours: own[0] ?? 'nothing', theirs: other }
  const longest = Math.max(own.length, other.length)
  for (let entry = 0; entry < longest; entry++) {
    if (own[entry] !== other[entry]) return difference(entry, own[entry], other[entry])
  }
  return undefined
}

/** Entries in the log's own words; why there are none, where the file can't be read. */
function readable(format: WholeFormat, { theirs, name }: ComparedFile): string[] | string {
  try {
    return format.read(theirs, name)
  } catch (error) {
    if (error instanceof CorruptDataError) return error.damage.reason
    throw error
  }
}

function isFollowedByZeros(bytes: Buffer, beginning: Buffer): boolean {
  const { length } = beginning
  return (
    bytes.length > length &&
    bytes.subarray(0, length).equals(beginning) &&
    bytes.subarray(length).every(byte => byte === 0)
  )
}

function differenceOfEntries(format: SlottedFormat, file: ComparedFile): Difference {
  const { name, ours, theirs } = file
  const common = Math.min(ours.length, theirs.length)
  let at = 0
  while (at < common && ours[at] === theirs[at]) at++
  const entry = Math.floor(at / format.entrySize)
  const baseOffset = parseSegmentFileName(name)?.baseOffset ?? 0n
  const textIn = (bytes: Buffer) => textAt(format, bytes, entry, baseOffset)
  return difference(entry, textIn(ours), textIn(theirs))
}

function difference(
  entry: number,
  ours: string | undefined,
  theirs: string | undefined,
): Difference {
  return { entry, ...(ours !== undefined && { ours }), ...(theirs !== undefined && { theirs }) }
}

function textAt(
  { entrySize, textOf }: SlottedFormat,
  bytes: Buffer,
  entry: number,
  baseOffset: bigint,
): string | undefined {
  const at = entry * entrySize
  if (at >= bytes.length) return undefined
  if (at + entrySize > bytes.length) return `${bytes.length - at} bytes, which are no entry`
  if (bytes.subarray(at, at + entrySize).every(byte => byte === 0)) return 'zeros'
  return textOf(bytes, at, baseOffset)
}

interface SlottedFormat {
  readonly entrySize: number
  readonly textOf: (bytes: Buffer, at: number, baseOffset: bigint) => string
}

interface WholeFormat {
  /** @throws CorruptDataError */
  readonly read: (bytes: Buffer, name: string) => string[]
}

const KINDS: Readonly<Record<DerivedKind, SlottedFormat | WholeFormat>> = {
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
    // Theirs lie in the order of a hash map.
    read: bytes =>
      readProducerSnapshot(bytes)
        .sort((a, b) => (a.producerId < b.producerId ? -1 : 1))
        .map(producerText),
  },
  'leader-epochs': {
    read(bytes, name) {
      const { entries, damages } = readLeaderEpochCheckpoint(bytes, name)
      if (damages[0] !== undefined) throw new CorruptDataError(damages[0])
      return entries.map(({ epoch, startOffset }) => `epoch ${epoch} from offset ${startOffset}`)
    },
  },
}

function producerText(producer: StoredProducer): string {
  const { producerId, producerEpoch, coordinatorEpoch, timestamp } = producer
  const { lastSequence, lastOffset, offsetDelta, currentTxnFirstOffset } = producer
  const transaction =
    currentTxnFirstOffset < 0n ? '' : `, in a transaction since offset ${currentTxnFirstOffset}`
  return (
    `producer ${producerId}: epoch ${producerEpoch}, coordinator epoch ${coordinatorEpoch}, ` +
    `sequence ${lastSequence} at offset ${lastOffset} (delta ${offsetDelta}), ` +
    `timestamp ${timestamp}${transaction}`
  )
}
