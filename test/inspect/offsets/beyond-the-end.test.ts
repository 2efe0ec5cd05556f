import { describe, expect, it } from 'vitest'
import { beyondTheEnd } from '../../../src/inspect/offsets/beyond-the-end.ts'

const OFFSETS = {
  logStartOffset: 0n,
  localLogStartOffset: 0n,
  lastStableOffset: 72n,
  logEndOffset: 72n,
  highWatermark: 72n,
  recoveryPoint: 72n,
  maxTimestamp: undefined,
}

describe('offsets that a checkpoint notes', () => {
  it('are believed up to the end of the log', () => {
    expect([...beyondTheEnd(OFFSETS)]).toEqual([])
    expect([
      ...beyondTheEnd({ ...OFFSETS, highWatermark: undefined, recoveryPoint: undefined }),
    ]).toEqual([])
  })

  it('are told of where the log does not reach them', () => {
    const [watermark, recovery] = beyondTheEnd({
      ...OFFSETS,
      highWatermark: 73n,
      recoveryPoint: 100n,
    })
    expect(watermark).toContain('a high watermark of 73, beyond the end of the log at 72')
    expect(recovery).toContain('a recovery point of 100, beyond the end of the log at 72')
  })
})
