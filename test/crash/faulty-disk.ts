import { DiskError } from '../../src/base/errors.ts'
import type { Disk, WritableDiskFile } from '../../src/disk/disk.ts'
import { diskWith } from '../../src/disk/disk-with.ts'
import type { Seeded } from './seeded.ts'

/** Nothing happens any more: whatever is asked for, the disk does not do it. */
export class PowerLoss extends DiskError {
  constructor() {
    super('reach', '/', new Error('the power is gone'))
  }
}

export type Fault = 'power' | 'ENOSPC' | 'EIO'

export interface FaultPlan {
  /** The call that fails, counted from 0. */
  readonly at: number
  readonly fault: Fault
  /** Only calls on paths below it fail, but power is lost for all. */
  readonly below: string
}

/** A disk of which one call fails: half done, or not at all; or at which the power goes. */
export class FaultyDisk {
  readonly disk: Disk
  calls = 0
  isDark = false
  readonly #below: Disk
  readonly #plan: FaultPlan | undefined
  readonly #random: Seeded

  constructor(below: Disk, plan: FaultPlan | undefined, random: Seeded) {
    this.#below = below
    this.#plan = plan
    this.#random = random
    this.disk = this.#wrap()
  }

  #wrap(): Disk {
    const below = this.#below
    const guard = <T>(op: string, path: string, act: () => T): T => {
      this.#meet(op, path)
      return act()
    }
    return diskWith(below, {
      list: path => guard('list', path, () => below.list(path)),
      open: path => guard('open', path, () => below.open(path)),
      create: path => this.#file(guard('create', path, () => below.create(path))),
      openForWriting: path => this.#file(guard('open', path, () => below.openForWriting(path))),
      rename: (from, to) => guard('rename', from, () => below.rename(from, to)),
      link: (existing, added) => guard('link', existing, () => below.link(existing, added)),
      remove: path => guard('remove', path, () => below.remove(path)),
      makeDirectory: path => guard('make directory', path, () => below.makeDirectory(path)),
      syncDirectory: path => guard('sync directory', path, () => below.syncDirectory(path)),
    })
  }

  #file(file: WritableDiskFile): WritableDiskFile {
    const { path } = file
    return {
      path,
      size: () => file.size(),
      read: (buffer, position) => file.read(buffer, position),
      append: bytes => this.#write(file, bytes, file.size()),
      write: (bytes, position) => this.#write(file, bytes, position),
      setModified: mtimeMs => file.setModified(mtimeMs),
      beginSync: (position, size) => file.beginSync(position, size),
      finishSync: (position, size) => file.finishSync(position, size),
      truncate: size => {
        this.#meet('truncate', path)
        file.truncate(size)
      },
      sync: () => {
        this.#meet('sync', path)
        file.sync()
      },
      datasync: async () => {
        this.#meet('sync', path)
        await file.datasync()
        if (this.isDark) throw new PowerLoss()
      },
      close: () => file.close(),
    }
  }

  /** Some of it may be there before it fails. */
  #write(file: WritableDiskFile, bytes: Buffer, position: number): void {
    try {
      this.#meet('write', file.path)
    } catch (error) {
      const part = this.#random.below(bytes.length + 1)
      if (this.#calledNow) file.write(bytes.subarray(0, part), position)
      throw error
    }
    file.write(bytes, position)
  }

  get #calledNow(): boolean {
    return this.#plan !== undefined && this.calls === this.#plan.at + 1
  }

  #meet(op: string, path: string): void {
    if (this.isDark) throw new PowerLoss()
    const plan = this.#plan
    if (plan === undefined) return
    if (plan.fault !== 'power' && !path.startsWith(plan.below)) return
    if (this.calls++ !== plan.at) return
    if (plan.fault === 'power') {
      this.isDark = true
      throw new PowerLoss()
    }
    throw new DiskError(op, path, Object.assign(new Error(plan.fault), { code: plan.fault }))
  }
}
