import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CODECS } from '../../src/compression/codecs.ts'

const FOLDER = new URL('foreign/', import.meta.url)

const SHA_256_OF_JSON_70000 = 'a8431d5e4e9cc03e5fd170a809112e2ae7108badfd38edba3e27fb5e4eb57109'

describe('payloads of Apache Kafka 4.3.1', () => {
  const files = readdirSync(FOLDER).filter(file => file.endsWith('.bin'))

  it('are all there', () => {
    expect(files.length).toBe(19)
  })

  for (const file of files) {
    it(`decompress: ${file}`, () => {
      const [content, codecName, version] = file.split('.') as [string, string, string]
      const codec = CODECS.find(({ name }) => name === codecName)!
      const size = Number(content.split('-')[1])
      const magic = Number(version.slice(1))
      const output = codec.decompress(bytesOf(file), { sizeMax: size, magic })
      expect(output.length).toBe(size)
      if (size === 70_000) expect(sha256(output)).toBe(SHA_256_OF_JSON_70000)
      if (size === 100) expect(output.equals(bytesOf(`${content}.none.v2.bin`))).toBe(true)
    })
  }
})

function bytesOf(file: string): Buffer {
  return readFileSync(new URL(file, FOLDER))
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
