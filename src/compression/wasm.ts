/**
 * WebAssembly out of packages, without the JavaScript they ship around it: that loads
 * asynchronously, at import, and once for all. Here a library is compiled when the first batch asks
 * for it (0.5 ms for lz4, 2.5 ms for zstd), and an instance can be thrown away, which is the only
 * way to give back memory that a large batch has made it take, and to get rid of a state that
 * broken input has left behind (a new one takes 0.1 to 0.5 ms).
 *
 * What the code may touch is its own memory: garbage can't harm the process.
 *
 * The price: exports and imports go by the short names that the build gave them, so a package's
 * version and the names written down here belong together.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { assert } from '../base/errors.ts'

export interface WasmLibrary<Name extends string> {
  readonly package: string
  /** Path of the .wasm, from the folder of the package's entry point. */
  readonly file: string
  readonly memory: string
  /** Runs the constructors of static objects. */
  readonly initialize: string
  /** Names in the export table of what is called. */
  readonly functions: Readonly<Record<Name, string>>
  /** Module `a` of the import table; what is not named here may not be called. */
  readonly imports: Readonly<Record<string, (memory: WasmMemory) => WasmFunction>>
}

export type WasmFunction = (...args: number[]) => number

export interface WasmMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

export interface WasmInstance<Name extends string> {
  readonly call: Readonly<Record<Name, WasmFunction>>
  readonly memory: WasmMemory
}

export function instantiate<Name extends string>(library: WasmLibrary<Name>): WasmInstance<Name> {
  const module = compiled(library)
  const instance = new WebAssembly.Instance(module, { a: imports(library, module, () => memory) })
  const memory = instance.exports[library.memory] as WasmMemory
  const exported = instance.exports as Readonly<Record<string, WasmFunction>>
  exported[library.initialize]!()
  const call: Record<string, WasmFunction> = {}
  for (const [name, short] of Object.entries<string>(library.functions)) {
    assert(typeof exported[short] === 'function', `${library.file} exports ${name} as ${short}`)
    call[name] = exported[short]
  }
  return { call: call as Record<Name, WasmFunction>, memory }
}

/** emscripten's `resize_heap`: memory up to 2 GiB, as pointers are signed here and there. */
export function resizeHeap(memory: WasmMemory): WasmFunction {
  return requested => {
    const size = requested >>> 0
    if (size > HEAP_SIZE_MAX) return 0
    try {
      memory.grow(Math.ceil((size - memory.buffer.byteLength) / PAGE_SIZE))
      return 1
    } catch {
      return 0
    }
  }
}

const HEAP_SIZE_MAX = 2 ** 31
const PAGE_SIZE = 64 * 1024

const modules = new Map<string, object>()

function compiled({ package: name, file }: WasmLibrary<string>): object {
  const known = modules.get(file)
  if (known !== undefined) return known
  const entryPoint = createRequire(import.meta.url).resolve(name)
  const module = new WebAssembly.Module(readFileSync(join(dirname(entryPoint), file)))
  modules.set(file, module)
  return module
}

function imports(
  library: WasmLibrary<string>,
  module: object,
  memory: () => WasmMemory,
): Record<string, WasmFunction> {
  const table: Record<string, WasmFunction> = {}
  for (const { name } of WebAssembly.Module.imports(module)) {
    const make = library.imports[name]
    table[name] = (...args) => {
      if (make === undefined) throw new WebAssembly.RuntimeError(`${library.file} called ${name}`)
      return make(memory())(...args)
    }
  }
  return table
}

/** A trap: the code ran into something that broken input made of it. */
export function isTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError
}

/** What of the platform's WebAssembly is used here; TypeScript knows it only of browsers. */
declare const WebAssembly: {
  readonly Module: {
    new (bytes: Uint8Array): object
    imports(module: object): readonly { readonly name: string }[]
  }
  readonly Instance: new (
    module: object,
    imports: Record<string, Record<string, WasmFunction>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> }
  readonly RuntimeError: new (message: string) => Error
}
