import { DiskError } from '../../src/base/errors.ts'
import type { Disk, DiskFile, WritableDiskFile } from '../../src/disk/disk.ts'
import { diskWith } from '../../src/disk/disk-with.ts'

export interface Failing {
  readonly op: 'read' | 'write' | 'sync' | 'create' | 'rename' | 'remove'
  /** The path, or that of a folder. */
  readonly below: string
  readonly errno?: string
  /** By default always. */
  readonly isOn?: () => boolean
}

/** A disk of which one call fails below a path. */
export function failing(disk: Disk, plan: Failing): Disk {
  const { below, errno = 'EIO', isOn = () => true } = plan
  const meet = (op: Failing['op'], path: string) => {
    if (op !== plan.op || !path.startsWith(below) || !isOn()) return
    throw new DiskError(op, path, Object.assign(new Error(errno), { code: errno }))
  }
  const reading = (file: DiskFile): DiskFile => ({
    path: file.path,
    size: () => file.size(),
    close: () => file.close(),
    read(buffer, position) {
      meet('read', file.path)
      return file.read(buffer, position)
    },
  })
  const writing = (file: WritableDiskFile): WritableDiskFile => ({
    ...reading(file),
    append(bytes) {
      meet('write', file.path)
      file.append(bytes)
    },
    write(bytes, position) {
      meet('write', file.path)
      file.write(bytes, position)
    },
    truncate: size => file.truncate(size),
    setModified: mtimeMs => file.setModified(mtimeMs),
    beginSync: (position, size) => file.beginSync(position, size),
    finishSync: (position, size) => file.finishSync(position, size),
    sync() {
      meet('sync', file.path)
      file.sync()
    },
    async datasync() {
      meet('sync', file.path)
      await file.datasync()
    },
  })
  return diskWith(disk, {
    open: path => reading(disk.open(path)),
    openForWriting: path => writing(disk.openForWriting(path)),
    create(path) {
      meet('create', path)
      return writing(disk.create(path))
    },
    rename(from, to) {
      meet('rename', from)
      disk.rename(from, to)
    },
    remove(path) {
      meet('remove', path)
      disk.remove(path)
    },
  })
}
