/** A failure as a plain value: an error that crosses threads would no longer be of its kind. */
import { CorruptDataError, DiskError, LimitError, RefusedError } from '../base/errors.ts'
import type { Damage, Limit, RefusalCode } from '../base/errors.ts'

export type PlainFailure =
  | { readonly kind: 'corrupt'; readonly damage: Damage }
  | { readonly kind: 'limit'; readonly limit: Limit }
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly message: string }
  | {
      readonly kind: 'disk'
      readonly op: string
      readonly path: string
      readonly errno: string | undefined
      readonly reason: string
    }

/** @throws the error itself, where it is none that data or a disk can be blamed for */
export function asFailure(error: unknown): FailureError {
  if (FAILURES.some(kind => error instanceof kind)) return error as FailureError
  throw error
}

const FAILURES = [CorruptDataError, LimitError, RefusedError, DiskError]

/** @throws as `asFailure` */
export function plainFailure(thrown: unknown): PlainFailure {
  const error = asFailure(thrown)
  if (error instanceof CorruptDataError) return { kind: 'corrupt', damage: error.damage }
  if (error instanceof LimitError) return { kind: 'limit', limit: error.limit }
  if (error instanceof RefusedError) {
    return { kind: 'refused', code: error.code, message: error.message }
  }
  const { op, path, errno, cause } = error
  return {
    kind: 'disk',
    op,
    path,
    errno,
    reason: cause instanceof Error ? cause.message : String(cause),
  }
}

export type FailureError = CorruptDataError | LimitError | RefusedError | DiskError

export function errorOf(failure: PlainFailure): FailureError {
  switch (failure.kind) {
    case 'corrupt':
      return new CorruptDataError(failure.damage)
    case 'limit':
      return new LimitError(failure.limit)
    case 'refused':
      return new RefusedError(failure.code, failure.message)
    case 'disk': {
      const { op, path, errno, reason } = failure
      const cause = Object.assign(new Error(reason), errno !== undefined && { code: errno })
      return new DiskError(op, path, cause)
    }
  }
}
