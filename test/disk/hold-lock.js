// Takes the lock that a broker takes (fcntl F_SETLK, exclusive, whole file) on the file named by
// the first argument, says 'held', and keeps it until its standard input ends. A process of its
// own: nobody sees their own locks.
import fs from 'node:fs'
import koffi from 'koffi'

const F_SETLK = 6
const F_WRLCK = 1
const flock = koffi.struct({
  type: 'int16_t',
  whence: 'int16_t',
  start: 'int64_t',
  length: 'int64_t',
  pid: 'int32_t',
})
const fcntl = koffi.load(null).func('int fcntl(int fd, int command, ...)')
const lock = { type: F_WRLCK, whence: 0, start: 0, length: 0, pid: 0 }
const answer = fcntl(fs.openSync(process.argv[2], 'r+'), F_SETLK, koffi.pointer(flock), lock)
console.log(answer === 0 ? 'held' : `errno ${koffi.errno()}`)
process.stdin.resume()
