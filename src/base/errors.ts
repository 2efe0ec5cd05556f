/**
 * What can go wrong, by who has to act on it.
 *
 * | error            | cause                         | what happens                                     |
 * |------------------|-------------------------------|--------------------------------------------------|
 * | AssertionError   | a bug of ours                 | the process ends; nothing is written behind it   |
 * | CorruptDataError | bytes are not what they claim | reported with file and position; reading goes on |
 * | LimitError       | data within the format's rules, beyond a configured bound | reported, with the flag that raises it |
 * | DiskError        | the operating system said no  | that file or log.dir is given up; the rest go on |
 * | RefusedError     | what was asked breaks a rule of the protocol | answered with Kafka's error code; nothing is changed |
 * | UsageError       | a command line is wrong       | one line on stderr, exit code 2                  |
 */
import { withoutC1 } from './quoted-text.ts'

export class AssertionError extends Error {
  override readonly name = 'AssertionError'
  readonly code = 'ASSERTION'
}

/** Where bytes contradict themselves or each other, and how. The same value makes the message, the JSON and the table. */
export interface Damage {
  /** Absent while a decoder that was handed bytes doesn't know where they came from; see {@link CorruptDataError.in}. */
  readonly file?: string
  /** Byte position in the file (or, without one, in the bytes decoded) of the structure that is wrong. */
  readonly position: number
  readonly reason: string
  readonly found: string
  readonly expected: string
}

export class CorruptDataError extends Error {
  override readonly name = 'CorruptDataError'
  readonly code = 'CORRUPT_DATA'
  readonly damage: Damage

  constructor(damage: Damage) {
    super(describe(damage))
    this.damage = damage
  }

  /** The same damage, told from the file that the decoded bytes began in at `basePosition`. */
  in(file: string, basePosition = 0): CorruptDataError {
    return new CorruptDataError({
      ...this.damage,
      file,
      position: this.damage.position + basePosition,
    })
  }
}

/** Well-formed input that would cost more than the reader was allowed. */
export class LimitError extends Error {
  override readonly name = 'LimitError'
  readonly code = 'LIMIT'
  readonly limit: Limit

  constructor(limit: Limit) {
    const advice = limit.flag === undefined ? '' : `; raise it with ${limit.flag}`
    super(`${limit.what}: ${limit.needed} exceeds the limit of ${limit.allowed}${advice}`)
    this.limit = limit
  }

  /** The same, told of a batch, unless it tells a file already. */
  in(file: string, position: number): LimitError {
    const { what } = this.limit
    if (this.limit.file !== undefined) return this
    return new LimitError({ ...this.limit, file, what: `${file} at byte ${position}: ${what}` })
  }
}

export interface Limit {
  readonly what: string
  /** Where `what` names one. */
  readonly file?: string
  readonly needed: string
  readonly allowed: string
  /** The command line option that raises the limit, where there is one. */
  readonly flag?: string
}

export class DiskError extends Error {
  override readonly name = 'DiskError'
  readonly code = 'DISK'
  readonly op: string
  readonly path: string
  /** errno by name, such as ENOENT, where the operating system gave one. */
  readonly errno: string | undefined

  constructor(op: string, path: string, cause: unknown) {
    super(`cannot ${op} ${path}: ${reasonOf(cause)}`, { cause })
    this.op = op
    this.path = path
    this.errno = errnoOf(cause)
  }
}

/** Kafka's names of the errors that a log answers with. */
export type RefusalCode =
  | 'CORRUPT_MESSAGE'
  | 'INCONSISTENT_TOPIC_ID'
  | 'INVALID_PRODUCER_EPOCH'
  | 'INVALID_RECORD'
  | 'INVALID_TIMESTAMP'
  | 'INVALID_TXN_STATE'
  | 'KAFKA_STORAGE_ERROR'
  | 'MESSAGE_TOO_LARGE'
  | 'OFFSET_OUT_OF_RANGE'
  | 'OUT_OF_ORDER_SEQUENCE_NUMBER'
  | 'RECORD_LIST_TOO_LARGE'
  | 'TRANSACTION_COORDINATOR_FENCED'
  | 'UNSUPPORTED_COMPRESSION_TYPE'
  | 'UNSUPPORTED_FOR_MESSAGE_FORMAT'

/** What is wrong with one record of a batch (KIP-467). */
export interface RecordRefusal {
  /** Of the record within its batch, from 0. */
  readonly index: number
  readonly message: string
}

export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly code: RefusalCode
  readonly records: readonly RecordRefusal[]

  constructor(code: RefusalCode, message: string, records: readonly RecordRefusal[] = []) {
    super(message)
    this.code = code
    this.records = records
  }
}

export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code = 'USAGE'
}

/** A condition that only a bug of ours can break; never for input. */
export function assert(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new AssertionError(claim)
}

export function assertNever(value: never): never {
  throw new AssertionError(`unexpected value ${String(value)}`)
}

function describe({ file, position, reason, found, expected }: Damage): string {
  const where = file === undefined ? `at byte ${position}` : `${file} at byte ${position}`
  return withoutC1(`${where}: ${reason}: found ${found}, expected ${expected}`)
}

function reasonOf(cause: unknown): string {
  const errno = errnoOf(cause)
  const known = errno === undefined ? undefined : ERRNO_WORDS[errno]
  if (known !== undefined) return `${known} (${errno})`
  return cause instanceof Error ? cause.message : String(cause)
}

function errnoOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !('code' in cause)) return undefined
  return typeof cause.code === 'string' ? cause.code : undefined
}

const ERRNO_WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'not a directory',
  ELOOP: 'the links on the way lead in a circle',
  ENAMETOOLONG: 'the name is too long',
  EIO: 'input/output error',
  EEXIST: 'it exists already',
  ENOTEMPTY: 'the directory is not empty',
  EMFILE: 'too many open files',
  ENOSPC: 'no space left on device',
  EPIPE: 'nobody reads it any more',
  EROFS: 'the file system is mounted read-only',
}

/** Whether it is the fault of what was read. */
export function isReadFailure(error: unknown): error is CorruptDataError | LimitError | DiskError {
  return [CorruptDataError, LimitError, DiskError].some(kind => error instanceof kind)
}
