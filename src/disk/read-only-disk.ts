/**
 * Any disk, without the calls that change it: what inspection is given, so that "never writes"
 * holds by construction.
 */
import type { Disk } from './disk.ts'
import { refusal } from './disk-failure.ts'

export function readOnly(disk: Disk): Disk {
  return {
    list: path => disk.list(path),
    status: path => disk.status(path),
    open: path => disk.open(path),
    readWhole: (path, sizeMax) => disk.readWhole(path, sizeMax),
    space: path => disk.space(path),
    create: path => refuse('create', path),
    openForWriting: path => refuse('open for writing', path),
    rename: from => refuse('rename', from),
    link: existing => refuse('link', existing),
    remove: path => refuse('remove', path),
    makeDirectory: path => refuse('make directory', path),
    removeDirectory: path => refuse('remove directory', path),
    syncDirectory: path => refuse('sync directory', path),
  }
}

function refuse(op: string, path: string): never {
  throw refusal(op, path, 'EROFS')
}
