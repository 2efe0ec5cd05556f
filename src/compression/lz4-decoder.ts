/**
 * Decodes one LZ4 block at a time, in a WebAssembly build of the reference library. Measured on
 * JSON in 64 KiB blocks: 1.1 to 1.3 GB/s, against 0.76 for lz4-napi (whose bytes have to be copied
 * behind a size first) and 0.2 for JavaScript.
 *
 * That build knows frames only, so each block is put into one of its own. Nothing is left of the
 * payload's header, which Kafka reads less strictly than the library; and a block that is wrong can
 * be told from its neighbours.
 */
import { xxhash32 } from '../binary/xxhash32.ts'
import { instantiate, isTrap, resizeHeap } from './wasm.ts'
import type { WasmInstance, WasmLibrary } from './wasm.ts'

const FRAME_MAGIC_AND_FLG = [0x04, 0x22, 0x4d, 0x18, 0x60]
const FRAME_HEADER_SIZE = 7
const BLOCK_HEADER_SIZE = 4
const END_MARK_SIZE = 4

type Name = 'malloc' | 'decompressFrame' | 'createContext'

const LIBRARY: WasmLibrary<Name> = {
  package: '@foxglove/wasm-lz4',
  file: 'wasm-lz4.wasm',
  memory: 'c',
  initialize: 'd',
  functions: { malloc: 'e', decompressFrame: 'h', createContext: 'i' },
  imports: {
    a: resizeHeap,
    b: memory => (target, source, size) => {
      new Uint8Array(memory.buffer).copyWithin(target, source, source + size)
      return target
    },
  },
}

/**
 * @returns undefined where the bytes are no block of at most `blockSizeMax` bytes of output; else a
 *   view that is valid until the next call.
 */
export function decodeBlock(block: Buffer, blockSizeMax: number): Buffer | undefined {
  if (decoder?.blockSizeMax !== blockSizeMax) decoder = createDecoder(blockSizeMax)
  try {
    const size = run(decoder, block)
    if (size >= 0) return Buffer.from(decoder.wasm.memory.buffer, decoder.target, size)
  } catch (error) {
    if (!isTrap(error)) throw error
  }
  // the library leaves its context in the middle of the frame, and offers no way to reset it
  decoder = undefined
  return undefined
}

interface Decoder {
  readonly wasm: WasmInstance<Name>
  readonly blockSizeMax: number
  readonly context: number
  /** Where a frame of one block is put together. */
  readonly source: number
  readonly target: number
}

let decoder: Decoder | undefined

function createDecoder(blockSizeMax: number): Decoder {
  const wasm = instantiate(LIBRARY)
  const { malloc, createContext } = wasm.call
  const source = malloc(FRAME_HEADER_SIZE + BLOCK_HEADER_SIZE + blockSizeMax + END_MARK_SIZE)
  const target = malloc(blockSizeMax)
  const heap = Buffer.from(wasm.memory.buffer)
  const descriptor = Buffer.from([0x60, ((Math.log2(blockSizeMax) - 8) / 2) << 4])
  heap.set(FRAME_MAGIC_AND_FLG, source)
  heap.set([descriptor[1]!, (xxhash32(descriptor) >>> 8) & 0xff], source + 5)
  return { wasm, blockSizeMax, context: createContext(), source, target }
}

function run({ wasm, blockSizeMax, context, source, target }: Decoder, block: Buffer): number {
  const heap = Buffer.from(wasm.memory.buffer)
  const blockStart = source + FRAME_HEADER_SIZE + BLOCK_HEADER_SIZE
  const blockEnd = blockStart + block.length
  heap.writeUInt32LE(block.length, source + FRAME_HEADER_SIZE)
  block.copy(heap, blockStart)
  heap.writeUInt32LE(0, blockEnd)
  const frameSize = blockEnd + END_MARK_SIZE - source
  return wasm.call.decompressFrame(context, target, blockSizeMax, source, frameSize)
}
