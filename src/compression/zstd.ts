/**
 * zstd. What a payload may cost is known from its frames' headers before any is decoded, by
 * ./zstd-frames.ts; the rest is left to Node.js where it has zstd (22.15 and later), else to
 * ./zstd-wasm.ts. As in Kafka's reader, frames may follow one another or be skippable, and nothing
 * else may.
 *
 * Source: com.github.luben.zstd.ZstdInputStreamNoFinalizer, which Kafka reads with
 */
import { LimitError } from '../base/errors.ts'
import { corrupt, tooLarge, type Codec } from './codec.ts'
import type { ZstdEngine } from './zstd-engine.ts'
import { zstdFrames, type ZstdFrame } from './zstd-frames.ts'
import { nativeZstd } from './zstd-native.ts'
import * as wasm from './zstd-wasm.ts'

export function createZstd(engine: ZstdEngine): Codec {
  return {
    id: 4,
    name: 'zstd',

    decompress(bytes, { sizeMax }) {
      const frames = zstdFrames(bytes)
      const sizeMin = frames.reduce((sum, frame) => sum + frame.sizeMin, 0)
      if (sizeMin > sizeMax) throw tooLarge('zstd', sizeMin, sizeMax)
      const outputs: Buffer[] = []
      let size = 0
      for (const frame of frames) {
        const output = decode(bytes, frame, { engine, sizeMax, sizeLeft: sizeMax - size })
        outputs.push(output)
        size += output.length
      }
      return outputs.length === 1 ? outputs[0]! : Buffer.concat(outputs, size)
    },

    compress(bytes) {
      return engine.compressFrame(bytes)
    },
  }
}

interface Allowance {
  readonly engine: ZstdEngine
  readonly sizeMax: number
  /** What earlier frames have left of it. */
  readonly sizeLeft: number
}

function decode(bytes: Buffer, frame: ZstdFrame, { engine, sizeMax, sizeLeft }: Allowance): Buffer {
  const allowed = Math.min(frame.sizeMax, sizeLeft)
  const input = bytes.subarray(frame.start, frame.end)
  const decoded = engine.decompressFrame(input, allowed)
  if (typeof decoded !== 'string') return decoded
  if (decoded === 'too large' && allowed < frame.sizeMax) {
    throw tooLarge('zstd', sizeMax + 1, sizeMax)
  }
  if (decoded === 'out of memory') throw beyondWasm(allowed)
  const what = { found: decoded, expected: `a frame of at most ${frame.sizeMax} bytes` }
  throw corrupt(frame.start, 'malformed zstd frame', what)
}

function beyondWasm(size: number): LimitError {
  return new LimitError({
    what: 'zstd payload',
    needed: `up to ${size} bytes`,
    allowed: 'what WebAssembly can address, 2 GiB with the payload',
    flag: 'Node.js 22.15 or later',
  })
}

export const zstd = createZstd(nativeZstd ?? wasm)
