/** What came of a task in a thread is of the same kind here. */
import { expect, it } from 'vitest'
import { CorruptDataError, DiskError, LimitError, RefusedError } from '../../src/base/errors.ts'
import { errorOf, plainFailure } from '../../src/log-dirs/plain-failure.ts'

const withCode = (code: string) => Object.assign(new Error('of the system'), { code })

it.each([
  new CorruptDataError({ file: 'f', position: 3, reason: 'r', found: 'x', expected: 'y' }),
  new LimitError({ what: 'a batch', file: 'f', needed: '9', allowed: '8', flag: '--more' }),
  new RefusedError('INVALID_RECORD', 'a record without a key'),
  new DiskError('read', '/logs/a', withCode('EIO')),
  new DiskError('read', '/logs/a', withCode('EUNKNOWN')),
  new DiskError('read', '/logs/a', new Error('no code')),
  new DiskError('read', '/logs/a', 'no error'),
])('a failure crosses threads, and is what it was: %s', error => {
  const crossed = errorOf(structuredClone(plainFailure(error)))
  expect(crossed).toBeInstanceOf(error.constructor)
  expect(crossed.message).toBe(error.message)
  expect(Object.entries(crossed)).toEqual(Object.entries(error))
})

it('a fault of ours is none', () => {
  const bug = new TypeError('a bug')
  expect(() => plainFailure(bug)).toThrow(bug)
})
