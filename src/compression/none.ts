/** No compression: bytes as they are. Here so that callers need no case of their own. */
import { tooLarge, type Codec } from './codec.ts'

export const none: Codec = {
  id: 0,
  name: 'none',

  decompress(bytes, { sizeMax }) {
    if (bytes.length > sizeMax) throw tooLarge('none', bytes.length, sizeMax)
    return bytes
  },

  compress(bytes) {
    return bytes
  },
}
