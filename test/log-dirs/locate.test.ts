import { describe, expect, it } from 'vitest'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { classifyPath, findPartitions } from '../../src/log-dirs/locate.ts'
import { FIXTURE_NAMES, fixturePath, logDirsOf, partitionsOf } from '../log/fixture.ts'

const NOTHING = Buffer.alloc(0)

describe('a path', () => {
  it.each(FIXTURE_NAMES)('is known for what it is in %s', fixture => {
    for (const path of logDirsOf(fixture)) expect(classifyPath(nodeDisk, path).kind).toBe('log-dir')
    for (const { path, segments } of partitionsOf(fixture)) {
      expect(classifyPath(nodeDisk, path).kind).toBe('partition')
      for (const { log } of segments) expect(classifyPath(nodeDisk, log.path).kind).toBe('file')
    }
    expect(classifyPath(nodeDisk, fixturePath(fixture)).kind).toBe('unrelated')
  })

  it('is a log.dir by what it holds, though it is named like a partition', () => {
    const disk = new MemoryDisk()
    disk.put('/kafka-logs-1/meta.properties', NOTHING)
    disk.put('/kafka-logs-2/t-0/00000000000000000000.log', NOTHING)
    expect(classifyPath(disk, '/kafka-logs-1').kind).toBe('log-dir')
    expect(classifyPath(disk, '/kafka-logs-2').kind).toBe('log-dir')
  })

  it('is a partition by what it holds, whatever its name', () => {
    const disk = new MemoryDisk()
    disk.put('/evidence/00000000000000000000.log', NOTHING)
    disk.put('/remains/00000000000000000000.log.deleted', NOTHING)
    disk.put('/named/partition.metadata', NOTHING)
    for (const path of ['/evidence', '/remains', '/named']) {
      expect(classifyPath(disk, path).kind).toBe('partition')
    }
  })

  it('is an empty partition in a log.dir alone', () => {
    const disk = new MemoryDisk()
    disk.put('/d/meta.properties', NOTHING)
    disk.makeDirectory('/d/t-0')
    disk.makeDirectory('/d/lost+found')
    disk.makeDirectory('/t-0')
    expect(classifyPath(disk, '/d/t-0').kind).toBe('partition')
    expect(classifyPath(disk, '/d/lost+found').kind).toBe('unrelated')
    expect(classifyPath(disk, '/t-0').kind).toBe('unrelated')
  })

  it('is no log.dir for a folder that only sounds like a partition', () => {
    const disk = new MemoryDisk()
    disk.put('/projects/web-2/index.html', NOTHING)
    expect(classifyPath(disk, '/projects').kind).toBe('unrelated')
  })

  it('may lead nowhere', () => {
    expect(classifyPath(new MemoryDisk(), '/nothing')).toEqual({
      kind: 'missing',
      path: '/nothing',
    })
  })
})

describe('the folders of a topic', () => {
  const killed = logDirsOf('killed-4.3')

  it('are found in all log.dirs', () => {
    const found = findPartitions(nodeDisk, killed, 'events')
    expect(found.map(({ name, logDir }) => [name, logDir])).toEqual([
      ['events-0', fixturePath('killed-4.3', 'a')],
      ['events-1', fixturePath('killed-4.3', 'b')],
    ])
    expect(found[0]?.path).toBe(fixturePath('killed-4.3', 'a', 'events-0'))
  })

  it('are one for one partition', () => {
    expect(namesOf(killed, 'events-1')).toEqual(['events-1'])
  })

  it('are those that serve, unless others are asked for', () => {
    expect(namesOf(killed, 'moving')).toEqual(['moving-0'])
    expect(namesOf(killed, 'gone')).toEqual([])
    const future = 'moving-0.28bf224e50da435c8cff3aadfe192270-future'
    const states = ['live', 'future'] as const
    const found = findPartitions(nodeDisk, killed, 'moving-0', { states })
    expect(found.map(({ name }) => name)).toEqual([future, 'moving-0'])
    expect(namesOf(killed, future)).toEqual([future])
  })

  it('are in order of their partitions, not of their names', () => {
    const disk = new MemoryDisk()
    for (const number of [10, 9, 2]) disk.put(`/d/t-${number}/x`, NOTHING)
    expect(findPartitions(disk, ['/d'], 't').map(({ name }) => name)).toEqual([
      't-2',
      't-9',
      't-10',
    ])
  })

  it('are both where a name is a topic and a partition', () => {
    const disk = new MemoryDisk()
    for (const name of ['a-1', 'a-1-0', 'a-2']) disk.put(`/d/${name}/x`, NOTHING)
    expect(findPartitions(disk, ['/d'], 'a-1').map(({ name }) => name)).toEqual(['a-1', 'a-1-0'])
  })
})

function namesOf(logDirs: readonly string[], topicOrPartition: string): string[] {
  return findPartitions(nodeDisk, logDirs, topicOrPartition).map(({ name }) => name)
}
