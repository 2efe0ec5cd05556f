/** The limit that a dump is held against: reading a file and its CRC-32C, and nothing else. */
import { openSync, readSync } from 'node:fs'
import { crc32c } from '@node-rs/crc32'

const buffer = Buffer.allocUnsafe(256 * 1024)
const descriptor = openSync(process.argv[2], 'r')
let crc
for (let size; (size = readSync(descriptor, buffer, 0, buffer.length, null)) > 0;) {
  crc = crc32c(buffer.subarray(0, size), crc)
}
console.log(crc)
