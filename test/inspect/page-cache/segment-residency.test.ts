import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { PageRun } from '../../../src/disk/page-cache.ts'
import {
  residentTail,
  segmentResidency,
} from '../../../src/inspect/page-cache/segment-residency.ts'

/** Which of some bytes are resident, and the runs that say so. */
const files = fc
  .array(fc.record({ size: fc.integer({ min: 1, max: 5000 }), resident: fc.boolean() }), {
    maxLength: 12,
  })
  .map(pieces => {
    const bytes = pieces.flatMap(({ size, resident }) => Array<boolean>(size).fill(resident))
    return { bytes, runs: runsOf(bytes) }
  })

it('the parts of a segment are as resident as their bytes', () => {
  fc.assert(
    fc.property(files, ({ bytes, runs }) => {
      const file = { baseOffset: 0n, path: 'f', size: bytes.length }
      const { parts, residentBytes } = segmentResidency(file, runs)
      expect(residentBytes).toBe(bytes.filter(Boolean).length)
      const partBytes = bytes.length / parts.length
      parts.forEach((share, part) => {
        let resident = 0
        bytes.forEach((is, at) => {
          const from = Math.max(at, part * partBytes)
          const to = Math.min(at + 1, (part + 1) * partBytes)
          if (is && to > from) resident += to - from
        })
        expect(share).toBeCloseTo(resident / partBytes, 6)
      })
    }),
  )
})

it('the tail reaches down to the last byte that is absent', () => {
  fc.assert(
    fc.property(files, fc.nat(20_000), ({ bytes, runs }, cut) => {
      const end = Math.max(0, bytes.length - cut)
      expect(residentTail(runs, end)).toBe(bytes.slice(0, end).lastIndexOf(false) + 1)
    }),
  )
})

function runsOf(bytes: readonly boolean[]): PageRun[] {
  const runs: PageRun[] = []
  for (let from = 0, to = 1; from < bytes.length; from = to++) {
    while (to < bytes.length && bytes[to] === bytes[from]) to++
    runs.push({ position: from, size: to - from, resident: bytes[from]! })
  }
  return runs
}
