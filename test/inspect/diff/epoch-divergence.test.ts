import { describe, expect, it } from 'vitest'
import { epochDivergence } from '../../../src/inspect/diff/epoch-divergence.ts'

const history = (endOffset: bigint, ...entries: [epoch: number, startOffset: bigint][]) => ({
  endOffset,
  entries: entries.map(([epoch, startOffset]) => ({ epoch, startOffset })),
})

describe('leader epochs', () => {
  it('say that one copy is only behind the other', () => {
    const told = epochDivergence(history(50n, [0, 0n]), history(30n, [0, 0n]))
    expect(told).toMatchObject({ epoch: 0, commonEndOffset: 30n, isForked: false })
  })

  it('say where two leaders went on alone', () => {
    const told = epochDivergence(history(50n, [0, 0n], [2, 40n]), history(60n, [0, 0n], [1, 45n]))
    expect(told).toEqual({
      epoch: 0,
      endOffsetA: 40n,
      endOffsetB: 45n,
      commonEndOffset: 40n,
      isForked: true,
    })
  })

  it('say so where one of them never got the later epoch', () => {
    const told = epochDivergence(history(50n, [3, 0n], [4, 20n]), history(25n, [3, 0n]))
    expect(told).toMatchObject({ epoch: 3, endOffsetA: 20n, endOffsetB: 25n, isForked: true })
  })

  it('have none in common where histories are strangers', () => {
    const told = epochDivergence(history(9n, [1, 0n]), history(9n, [2, 3n]))
    expect(told).toMatchObject({ epoch: undefined, commonEndOffset: 0n, isForked: true })
  })

  it('say nothing where there are none', () => {
    expect(epochDivergence(history(9n), history(9n, [2, 3n]))).toBeUndefined()
  })
})
