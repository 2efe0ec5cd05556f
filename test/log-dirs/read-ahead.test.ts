import { expect, it } from 'vitest'
import { DiskError } from '../../src/base/errors.ts'
import { loadLogWith } from '../../src/log/load-log.ts'
import { readSegmentFacts, type SegmentFacts } from '../../src/log/segment-facts.ts'
import { ReadAhead } from '../../src/log-dirs/read-ahead.ts'
import { SCENE_CONFIG, threeSegments } from '../log/loaded-scene.ts'
import { configWith, DAY_MS, folderOn, NOW_MS, segmentFiles } from '../log/new-log.ts'

/** Names of segments are their numbers; what is said of one is who was the how-manieth to be read. */
function scene(countMax: number) {
  const begun: string[] = []
  const ahead = new ReadAhead(({ path }) => {
    begun.push(path)
    return Promise.resolve({ batches: begun.length } as SegmentFacts)
  }, countMax)
  const ask = async (path: string, ...following: string[]) => {
    const segment = segmentAt(path)
    const facts = await ahead.facts({ segment, following: following.map(segmentAt) })
    return facts.batches
  }
  return { begun, ahead, ask }
}

function segmentAt(path: string) {
  return { path, baseOffset: BigInt(path), indexIntervalBytes: 0 }
}

it('begins with the one that is asked for, goes on with those that follow, and reads none twice', async () => {
  const { begun, ask } = scene(2)
  expect(await ask('0', '1', '2', '3')).toBe(1)
  expect(begun).toEqual(['0', '1', '2'])
  expect(await ask('1', '2', '3')).toBe(2)
  expect(begun).toEqual(['0', '1', '2', '3'])
  expect([await ask('2', '3'), await ask('3')]).toEqual([3, 4])
  expect(begun).toHaveLength(4)
})

it('reads nothing ahead where there is nobody else to read', async () => {
  const { begun, ask } = scene(0)
  await ask('0', '1', '2')
  expect(begun).toEqual(['0'])
})

it('reads one anew that is asked for again, or no further than to an end', async () => {
  const { begun, ahead, ask } = scene(1)
  expect([await ask('0', '1'), await ask('0')]).toEqual([1, 3])
  const segment = { ...segmentAt('1'), end: 10 }
  expect((await ahead.facts({ segment, following: [] })).batches).toBe(4)
  expect(begun).toEqual(['0', '1', '0', '1'])
})

it('forgets what it read ahead of files that are others now', async () => {
  const { ahead, ask } = scene(2)
  await ask('0', '1', '2')
  ahead.forget()
  expect(await ask('1')).toBe(4)
})

it('keeps a failure until somebody asks for it', async () => {
  const refused = new DiskError('read', '1', new Error('EIO'))
  const ahead = new ReadAhead(({ path }) => {
    return path === '1' ? Promise.reject(refused) : Promise.resolve({} as SegmentFacts)
  }, 1)
  await ahead.facts({ segment: segmentAt('0'), following: [segmentAt('1')] })
  await new Promise(resolve => setImmediate(resolve))
  const asked = ahead.facts({ segment: segmentAt('1'), following: [] })
  await expect(asked).rejects.toBe(refused)
})

it('a segment that can not be read ends the loading of its log', async () => {
  const disk = await threeSegments()
  const logs = () => segmentFiles(disk).filter(name => name.endsWith('.log'))
  const before = logs()
  const refused = new DiskError('read', '3', new Error('EIO'))
  const options = {
    config: configWith(SCENE_CONFIG),
    isClean: false,
    recoveryPoint: 0n,
    logStartOffset: 0n,
    nowMs: NOW_MS,
    producerExpirationMs: DAY_MS,
  }
  const ahead = new ReadAhead(segment => {
    if (segment.baseOffset === 3n) return Promise.reject(refused)
    return new Promise(resolve => resolve(readSegmentFacts(segment, disk)))
  }, 2)
  const loading = loadLogWith(folderOn(disk), options, request => ahead.facts(request))
  await expect(loading).rejects.toBe(refused)
  expect(logs()).toEqual(before)
})
