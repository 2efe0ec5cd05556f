/** Frames out of bytes that come in any way. */
import { describe, expect, it } from 'vitest'
import { CorruptDataError } from '../../src/base/errors.ts'
import { FrameReader } from '../../src/transport/frame-reader.ts'

const SIZES = { sizeMin: 1, sizeMax: 1_000_000 }

function framed(...bodies: readonly Buffer[]): Buffer {
  return Buffer.concat(
    bodies.flatMap(body => {
      const size = Buffer.alloc(4)
      size.writeInt32BE(body.length)
      return [size, body]
    }),
  )
}

/** Every frame, the bytes pushed in pieces. */
function readAll(bytes: Buffer, pieceSize: number): Buffer[] {
  const reader = new FrameReader(SIZES)
  const frames: Buffer[] = []
  for (let at = 0; at < bytes.length; at += pieceSize) {
    reader.push(bytes.subarray(at, at + pieceSize))
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame)
  }
  return frames
}

describe('frames', () => {
  it('are the same however their bytes are cut', () => {
    const bodies = [Buffer.from('a'), Buffer.alloc(300, 'b'), Buffer.from('cc')]
    const bytes = framed(...bodies)
    for (let size = 1; size <= bytes.length; size++) {
      expect(readAll(bytes, size).map(String)).toEqual(bodies.map(String))
    }
  })

  it('larger than any chunk are gathered, byte for byte', () => {
    const body = Buffer.from(Array.from({ length: 400_000 }, (_, index) => index % 251))
    const [frame] = readAll(framed(body), 65_536)
    expect(frame!.equals(body)).toBe(true)
  })

  it('that were announced and did not come cost no more than what came', () => {
    const reader = new FrameReader(SIZES)
    reader.push(Buffer.from('000f4240', 'hex'))
    expect(reader.next()).toBeUndefined()
    expect(reader.gatheredBytes).toBe(0)
    reader.push(Buffer.alloc(100))
    expect(reader.next()).toBeUndefined()
    expect(reader.gatheredBytes).toBeLessThanOrEqual(65_536)
  })

  it.each(['ffffffff', '00000000', '000f4241', '7fffffff'])('of size %s are refused', hex => {
    const reader = new FrameReader(SIZES)
    reader.push(Buffer.from(hex, 'hex'))
    expect(() => reader.next()).toThrow(CorruptDataError)
  })
})
