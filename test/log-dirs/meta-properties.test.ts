import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { readMetaProperties } from '../../src/log-dirs/meta-properties.ts'
import { FIXTURE_NAMES, fixturePath, logDirsOf } from '../log/fixture.ts'

const FILE = 'd/meta.properties'
const KRAFT = 'version=1\ncluster.id=Zml4dHVyZXMta2Jyb2tlcg\nnode.id=1\n'

describe('meta.properties', () => {
  it('reads what Apache Kafka wrote', () => {
    const path = fixturePath('clean-4.3', 'a', 'meta.properties')
    expect(readMetaProperties(nodeDisk.readWhole(path), path)).toMatchObject({
      version: 1,
      clusterId: 'Zml4dHVyZXMta2Jyb2tlcg',
      nodeId: 1,
      directoryId: 'UvPNZ5O9ZGtm1N2KgtJI_g',
      damages: [],
    })
  })

  it('reads those of ZooKeeper times', () => {
    const path = fixturePath('legacy-0.9', 'log', 'meta.properties')
    const meta = readMetaProperties(nodeDisk.readWhole(path), path)
    expect(meta).toMatchObject({ version: 0, damages: [] })
    expect(meta.nodeId).toBeTypeOf('number')
    expect(meta.directoryId).toBeUndefined()
  })

  it.each(FIXTURE_NAMES)('finds nothing wrong with those of %s', fixture => {
    for (const logDir of logDirsOf(fixture)) {
      const path = join(logDir, 'meta.properties')
      expect(readMetaProperties(nodeDisk.readWhole(path), path).damages).toEqual([])
    }
  })

  it('takes a missing version for 0, in which only the broker is required', () => {
    expect(read('broker.id=7\n')).toMatchObject({ version: 0, nodeId: 7, damages: [] })
  })

  it.each([
    ['an unknown version', KRAFT.replace('version=1', 'version=2'), '"2"'],
    ['a version that is no number', KRAFT.replace('version=1', 'version=x'), '"x"'],
    ['a missing cluster id', 'version=1\nnode.id=1\n', 'no cluster.id'],
    ['a missing node id', 'version=1\ncluster.id=c\n', 'no node.id'],
    ['a node id that is no number', KRAFT.replace('node.id=1', 'node.id=one'), '"one"'],
    ['a node id beyond 32 bits', KRAFT.replace('node.id=1', 'node.id=2147483648'), '"2147483648"'],
    ['no content', '', 'no version'],
    ['what holds no properties at all', '\u0000\u0001 garbage\n', 'no version'],
    ['a missing version', KRAFT.replace('version=1\n', ''), 'no version'],
    ['a missing broker id', 'version=0\n', 'no broker.id'],
    ['a broker id that is no number', 'broker.id=one\n', '"one"'],
    ['a directory id that is no uuid', `${KRAFT}directory.id=short\n`, '"short"'],
  ])('names %s', (_, text, found) => {
    expect(read(text).damages).toMatchObject([{ file: FILE, found }])
  })

  it('never fails, whatever the bytes', () => {
    const words = fc.constantFrom('version', 'node.id', 'directory.id', '=', '\n', '1', '-', '\\u')
    const noise = fc.array(words).map(pieces => pieces.join(''))
    fc.assert(fc.property(fc.oneof(noise, fc.string()), text => void read(text)))
  })
})

function read(text: string): ReturnType<typeof readMetaProperties> {
  return readMetaProperties(Buffer.from(text), FILE)
}
