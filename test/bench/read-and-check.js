/** The limit that a dump or a recovery is held against: reading files and their CRC-32C, and nothing else. */
import { openSync, readSync } from 'node:fs'
import { crc32c } from '@node-rs/crc32'

const buffer = Buffer.allocUnsafe(256 * 1024)
let crc
for (const path of process.argv.slice(2)) {
  const descriptor = openSync(path, 'r')
  for (let size; (size = readSync(descriptor, buffer, 0, buffer.length, null)) > 0;) {
    crc = crc32c(buffer.subarray(0, size), crc)
  }
}
console.log(crc)
