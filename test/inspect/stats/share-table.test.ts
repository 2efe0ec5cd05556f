import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addShare,
  emptyShareTable,
  largestShares,
  mergeShareTable,
} from '../../../src/inspect/stats/share-table.ts'

const entries = fc.array(fc.tuple(fc.nat(60), fc.nat(1000)), { maxLength: 300 })

describe('a table of shares', () => {
  it('loses nothing, however few rows it may have', () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 80 }), (all, rowsMax) => {
        const { rows, others } = largestShares(tableOf(all, rowsMax), 5)
        const shown = rows.reduce((sum, row) => sum + row.bytes, 0)
        expect(shown + others.bytes).toBe(all.reduce((sum, [, bytes]) => sum + bytes, 0))
        expect(rows.length).toBeLessThanOrEqual(Math.min(5, rowsMax))
      }),
    )
  })

  it('is exact while there is room, and says when there was not', () => {
    const all: [number, number][] = [1, 2, 3, 1].map(key => [key, key])
    expect(largestShares(tableOf(all, 3), 2)).toEqual({
      rows: [
        { key: 3, batches: 1, records: 2, bytes: 3 },
        { key: 1, batches: 2, records: 4, bytes: 2 },
      ],
      others: { batches: 1, records: 2, bytes: 2 },
      isExact: true,
    })
    expect(tableOf(all, 2).isExact).toBe(false)
  })

  it('of two parts together is that of the whole', () => {
    fc.assert(
      fc.property(entries, entries, (some, others) => {
        const merged = tableOf(some, 100)
        mergeShareTable(merged, tableOf(others, 100))
        expect(merged.rows).toEqual(tableOf([...some, ...others], 100).rows)
      }),
    )
  })
})

function tableOf(all: readonly (readonly [number, number])[], rowsMax: number) {
  const table = emptyShareTable<number>(rowsMax)
  for (const [key, bytes] of all) addShare(table, key, { batches: 1, records: 2, bytes })
  return table
}
