/** The process's own streams, written synchronously: order is kept, and a slow reader slows the writer. */
import { fstatSync, writeSync } from 'node:fs'
import { DiskError } from '../base/errors.ts'

/** Long enough not to spin, short enough not to be felt. */
const RETRY_MS = 2

export function writeStream(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(descriptor, bytes, written)
    } catch (error) {
      if (errnoOf(error) !== 'EAGAIN') throw new DiskError('write', NAMES[descriptor] ?? '', error)
      Atomics.wait(SLEEPER, 0, 0, RETRY_MS)
    }
  }
}

/** As every terminal is. */
export function isCharacterDevice(descriptor: number): boolean {
  return fstatSync(descriptor).isCharacterDevice()
}

/** Whoever read our output has gone. */
export function isBrokenPipe(error: unknown): boolean {
  return error instanceof DiskError && error.op === 'write' && error.errno === 'EPIPE'
}

const SLEEPER = new Int32Array(new SharedArrayBuffer(4))
const NAMES = ['standard input', 'standard output', 'standard error']

function errnoOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
