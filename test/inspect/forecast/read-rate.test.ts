import { describe, expect, it } from 'vitest'
import { MEBIBYTE } from '../../../src/base/limits.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import type { PageRun } from '../../../src/disk/page-cache.ts'
import { measureReadRate, type ReadRateOptions } from '../../../src/inspect/forecast/read-rate.ts'

const SIZE = 20 * MEBIBYTE
const FILES = [
  { path: '/small', size: 1000 },
  { path: '/large', size: SIZE },
]

function measured(runsOf: ReadRateOptions['runsOf'], stepMs = 1) {
  const disk = new MemoryDisk()
  for (const { path, size } of FILES) disk.put(path, Buffer.alloc(size))
  let now = 0
  const clock = () => (now += stepMs)
  return measureReadRate(disk, FILES, { clock, ...(runsOf && { runsOf }) })
}

const run = (position: number, size: number, resident: boolean): PageRun => {
  return { position, size, resident }
}

describe('the rate of reading', () => {
  it('is measured on what is not in the page cache, where that is enough', () => {
    const half = SIZE / 2
    const rate = measured(path =>
      path === '/small' ? [run(0, 1000, true)] : [run(0, half, true), run(half, half, false)],
    )
    expect(rate).toMatchObject({ bytes: half, source: 'disk' })
  })

  it('says that it is that of the page cache, where next to nothing is absent', () => {
    const rate = measured(path =>
      path === '/small' ? [run(0, 1000, false)] : [run(0, SIZE, true)],
    )
    expect(rate).toMatchObject({ bytes: SIZE + 1000, source: 'page-cache' })
  })

  it('says that nobody knows, where the kernel does not tell', () => {
    expect(measured(() => undefined)).toMatchObject({ bytes: SIZE + 1000, source: 'unknown' })
  })

  it('takes half a second at most', () => {
    const rate = measured(() => undefined, 100)
    expect(rate!.bytes).toBeLessThan(8 * 256 * 1024)
    expect(rate!.seconds).toBeLessThan(1)
  })

  it('is none of nothing', () => {
    expect(measureReadRate(new MemoryDisk(), [], { clock: () => 0 })).toBeUndefined()
  })
})
