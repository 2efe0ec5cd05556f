/** One or a few changes to the bytes of a file: the ones disks make, and the ones an adversary would. */
const INTERESTING = [
  0n,
  1n,
  -1n,
  127n,
  128n,
  255n,
  13n,
  14n,
  48n,
  49n,
  61n,
  0x7fffn,
  0x8000n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x7fffffffffffffffn,
  -0x8000000000000000n,
]

const MUTATIONS = [
  function flipBit(bytes, random) {
    const at = random.below(bytes.length)
    bytes[at] ^= 1 << random.below(8)
    return bytes
  },
  function setByte(bytes, random) {
    bytes[random.below(bytes.length)] = random.below(256)
    return bytes
  },
  function flipHeaderBit(bytes, random) {
    bytes[random.below(Math.min(70, bytes.length))] ^= 1 << random.below(8)
    return bytes
  },
  function writeInteger(bytes, random) {
    const size = random.pick([1, 2, 4, 8])
    if (bytes.length < size) return bytes
    const at = random.below(bytes.length - size + 1)
    let value = BigInt.asUintN(8 * size, random.pick(INTERESTING))
    for (let i = size - 1; i >= 0; i--, value >>= 8n) bytes[at + i] = Number(value & 0xffn)
    return bytes
  },
  function truncate(bytes, random) {
    return bytes.subarray(0, random.below(bytes.length + 1))
  },
  function zeroRange(bytes, random) {
    const at = random.below(bytes.length)
    bytes.subarray(at, at + random.below(200)).fill(0)
    return bytes
  },
  function noise(bytes, random) {
    const at = random.below(bytes.length)
    random.bytes(random.below(40)).copy(bytes, at)
    return bytes
  },
  function appendZeros(bytes, random) {
    return Buffer.concat([bytes, Buffer.alloc(random.below(300))])
  },
  function appendNoise(bytes, random) {
    return Buffer.concat([bytes, random.bytes(random.below(100))])
  },
  function removeRange(bytes, random) {
    const at = random.below(bytes.length)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random.below(120))])
  },
  function repeatRange(bytes, random) {
    const at = random.below(bytes.length)
    const end = at + random.below(400)
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)])
  },
  function splice(bytes, random, files) {
    const other = random.pick(files).bytes
    const at = random.below(bytes.length)
    const from = random.below(other.length)
    const piece = other.subarray(from, from + random.below(300))
    return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)])
  },
]

export function mutate(original, random, files) {
  let bytes = Buffer.from(original)
  const names = []
  for (let left = 1 + random.below(3); left > 0; left--) {
    const mutation = random.pick(MUTATIONS)
    if (bytes.length > 0) bytes = Buffer.from(mutation(bytes, random, files))
    names.push(mutation.name)
  }
  return { bytes, what: names.join(', ') }
}
