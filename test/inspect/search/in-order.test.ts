import { describe, expect, it } from 'vitest'
import { inOrder } from '../../../src/inspect/search/in-order.ts'

interface Piece {
  readonly name: string
  readonly part: number
}

describe('tasks in order', () => {
  it('hand out their results in order, however they end', async () => {
    const order = ['slow', 'quick', 'middling']
    const delays = new Map([
      ['slow', 30],
      ['quick', 0],
      ['middling', 10],
    ])
    const run = (name: string) => later(delays.get(name) ?? 0, name)
    const results = await collect(inOrder(order.values(), { run, rest: () => undefined }, 3))
    expect(results).toEqual(order)
  })

  it('are gone on with only once their result was taken', async () => {
    const begun: string[] = []
    const run = ({ name, part }: Piece) => {
      begun.push(`${name}${part}`)
      return Promise.resolve(part)
    }
    const rest = ({ name }: Piece, part: number) =>
      part < 2 ? { name, part: part + 1 } : undefined
    const pieces = [
      { name: 'a', part: 0 },
      { name: 'b', part: 0 },
    ]
    const seen: string[] = []
    for await (const { task } of inOrder(pieces.values(), { run, rest }, 2)) {
      seen.push(`${task.name}${task.part}`)
      if (seen.length === 1) expect(begun).toEqual(['a0', 'b0'])
    }
    expect(seen).toEqual(['a0', 'a1', 'a2', 'b0', 'b1', 'b2'])
  })

  it('never run further ahead than allowed', async () => {
    let running = 0
    let most = 0
    const run = async (task: number) => {
      most = Math.max(most, ++running)
      return later(1, task)
    }
    const rest = () => {
      running--
      return undefined
    }
    await collect(inOrder([...Array(20).keys()].values(), { run, rest }, 4))
    expect(most).toBe(4)
  })

  it('fail where their result would have come', async () => {
    const run = (task: number) =>
      task === 1 ? Promise.reject(new Error('broken')) : later(task === 0 ? 20 : 0, task)
    const seen: number[] = []
    const all = async () => {
      for await (const { result } of inOrder(
        [0, 1, 2].values(),
        { run, rest: () => undefined },
        3,
      )) {
        seen.push(result)
      }
    }
    await expect(all()).rejects.toThrow('broken')
    expect(seen).toEqual([0])
  })
})

async function collect<T>(results: AsyncIterable<{ readonly result: T }>): Promise<T[]> {
  const collected: T[] = []
  for await (const { result } of results) collected.push(result)
  return collected
}

function later<T>(delayMs: number, value: T): Promise<T> {
  return new Promise(resolve => setTimeout(() => resolve(value), delayMs))
}
