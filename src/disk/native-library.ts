/**
 * The C library that Node is linked with, be it glibc or musl, through koffi. koffi is optional: where it is missing, or
 * this isn't 64-bit Linux, there is a reason in the library's place.
 *
 * Loading koffi takes 15 ms, so nothing is loaded before the first question.
 */
import { createRequire } from 'node:module'
import { getSystemErrorName } from 'node:util'

/** What is used of koffi, declared here so that kbroker compiles where koffi can't be installed. */
export interface NativeLibrary {
  /** @throws where the library has no function of that name */
  func(definition: string): (...args: unknown[]) => unknown
  struct(members: Readonly<Record<string, string>>): object
  pointer(type: object): object
  inout(type: object): object
  /** Where the bytes lie. */
  address(bytes: Buffer): bigint
  /** Memory that somebody else gives back: not to be touched after that. */
  view(address: bigint, size: number): ArrayBuffer
  /** Of the last call. */
  errno(): number
}

export type Absence =
  'not 64-bit Linux' | 'the optional package koffi is not installed' | 'libc lacks a call'

export function nativeLibrary(): NativeLibrary | Absence {
  return (loaded ??= load())
}

let loaded: NativeLibrary | Absence | undefined

interface Koffi extends Omit<NativeLibrary, 'func'> {
  load(path: null): Pick<NativeLibrary, 'func'>
}

/**
 * Of the 64-bit platforms koffi is built for; the signatures that are declared hold where off_t has 64 bits.
 */
const ARCHITECTURES = ['x64', 'arm64', 'riscv64', 'loong64']

function load(): NativeLibrary | Absence {
  if (process.platform !== 'linux' || !ARCHITECTURES.includes(process.arch)) {
    return 'not 64-bit Linux'
  }
  let koffi: Koffi
  try {
    koffi = createRequire(import.meta.url)('koffi') as Koffi
  } catch {
    return 'the optional package koffi is not installed'
  }
  const library = koffi.load(null)
  return {
    func: definition => library.func(definition),
    struct: members => koffi.struct(members),
    pointer: type => koffi.pointer(type),
    inout: type => koffi.inout(type),
    address: bytes => koffi.address(bytes),
    view: (address, size) => koffi.view(address, size),
    errno: () => koffi.errno(),
  }
}

/** `errno` is named as Node names it. */
export function callFailure(call: string, errno: number): Error & { readonly code: string } {
  const code = getSystemErrorName(-errno)
  return Object.assign(new Error(`${call}: ${code}`), { code })
}
