/** `repair --salvage --execute` of a segment of 1 GiB with 100 damaged places, beside `verify` of the same. */
import { spawnSync } from 'node:child_process'
import { closeSync, cpSync, existsSync, openSync, rmSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { compare } from './measure.js'
import { segmentAt, SEGMENTS } from './segments.js'

const KBROKER = join(process.cwd(), 'bin/kbroker.js')
const PLACES = 100

export function repairs(directory) {
  const sound = segmentAt(directory, SEGMENTS.large)
  const damaged = join(directory, 'damaged-0')
  if (!existsSync(damaged)) {
    cpSync(sound.folder, damaged, { recursive: true })
    flip(join(damaged, basename(sound.path)), sound.size)
  }
  const copy = join(directory, 'repaired-0')
  const again = () => {
    rmSync(copy, { recursive: true, force: true })
    cpSync(damaged, copy, { recursive: true, mode: 0 })
    spawnSync('sync')
  }
  const { verify, shown, salvaged } = compare(
    {
      verify: {
        command: 'sh',
        args: ['-c', `"$0" "$@" || true`, process.execPath, KBROKER, 'verify', damaged],
      },
      shown: [KBROKER, 'repair', damaged],
      salvaged: { node: [KBROKER, 'repair', copy, '--salvage', '--execute'], before: again },
    },
    3,
  )
  rmSync(copy, { recursive: true, force: true })
  const ratio = ({ ms }) => `${(ms / verify.ms).toFixed(2)}×`
  const seconds = ({ ms }) => `${(ms / 1000).toFixed(2)} s`
  return (
    `salvaged in ${seconds(salvaged)}, ${ratio(salvaged)} the time of verify (${seconds(verify)}); ` +
    `both cures shown in ${seconds(shown)}; ${Math.round(salvaged.rssMax / 2 ** 20)} MiB resident`
  )
}

/** A byte in each of as many batches. */
function flip(path, size) {
  const file = openSync(path, 'r+')
  const step = Math.floor(size / PLACES)
  for (let place = 0; place < PLACES; place++) {
    writeSync(file, Buffer.from([0xa5, 0x5a]), 0, 2, place * step + Math.floor(step / 2))
  }
  closeSync(file)
}
