import { describe, expect, it } from 'vitest'
import { CorruptDataError } from '../../src/base/errors.ts'
import {
  decodeManifest,
  encodeManifest,
  type ExportManifest,
} from '../../src/maintenance/export/manifest.ts'

const manifest: ExportManifest = {
  tool: 'kbroker 1',
  clusterId: null,
  topic: { name: 'a', id: null, partitionCount: 2, configs: { 'segment.bytes': '1' } },
  partitions: [
    {
      partition: 1,
      folder: 'a-1',
      logStartOffset: 2n ** 62n,
      logEndOffset: 2n ** 63n - 1n,
      files: [{ name: '00000000000000000000.log', size: 3, sha256: 'a'.repeat(64) }],
    },
  ],
}
const text = encodeManifest(manifest).toString()

describe('a manifest', () => {
  it('is read as it was written, offsets of 63 bits, too', () => {
    expect(decodeManifest(Buffer.from(text), 'm')).toEqual(manifest)
  })

  it.each([
    ['no JSON', text.slice(1)],
    ['null', 'null'],
    ['another format', text.replace('kbroker-export', 'x')],
    ['a later version', text.replace('"version": 1', '"version": 2')],
    ['a file outside', text.replace('00000000000000000000.log', '../../etc/passwd')],
    ['a file that no partition has', text.replace('00000000000000000000.log', 'x')],
    ['a folder outside', text.replace('"a-1"', '"../a-1"')],
    ['a folder of no partition', text.replace('"a-1"', '".."')],
    ['a negative size', text.replace('"size": 3', '"size": -3')],
    ['a checksum cut off', text.replace('a'.repeat(64), 'a'.repeat(63))],
    ['an offset that is none', text.replace(`"${2n ** 62n}"`, '"x"')],
    ['a topic id that is none', text.replace('"id": null', '"id": "x"')],
    ['no partitions', text.replace(/"partitions": \[[^]*\]\n/, '"partitions": []\n')],
  ])('with %s is refused', (_, wrong) => {
    expect(wrong).not.toBe(text)
    expect(() => decodeManifest(Buffer.from(wrong), 'm')).toThrow(CorruptDataError)
  })
})
