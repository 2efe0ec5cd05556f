import { expect, it } from 'vitest'
import { CorruptDataError } from '../../../src/base/errors.ts'
import type { MoveRequest } from '../../../src/maintenance/move/plan-moves.ts'
import { A, B, contentOf, moveAll, moveScene, readScene, servedFrom } from './move-scene.ts'

const REQUEST: MoveRequest = { kind: 'named', wanted: [{ name: 'orders-1', to: B }] }

it('a copy that the disk has not kept as it was written is never served', async () => {
  const disk = moveScene()
  const scene = readScene(disk)
  const content = contentOf(disk, `${A}/orders-1`)
  const moved = moveAll(scene, REQUEST, disk, (path, size) => {
    if (!path.includes('.log') || size === 0) return
    const file = disk.openForWriting(path)
    file.write(Buffer.from([0x5a]), size - 1)
    file.close()
  })
  await expect(moved).rejects.toThrow(CorruptDataError)
  await expect(moved).rejects.toThrow(/reads otherwise than .*orders-1/)
  const { node } = readScene(disk)
  expect(servedFrom(node, 'orders-1')).toBe(`${A}/orders-1`)
  expect(contentOf(disk, `${A}/orders-1`)).toEqual(content)
  await moveAll(readScene(disk), REQUEST, disk)
  expect(servedFrom(readScene(disk).node, 'orders-1')).toBe(`${B}/orders-1`)
  expect(contentOf(disk, `${B}/orders-1`)).toEqual(content)
})
