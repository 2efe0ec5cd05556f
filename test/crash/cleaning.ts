/**
 * A log on a disk in memory that is cleaned, until the disk fails or the power does, at a call that a seed decides. Then it
 * is opened again: nothing may be gone but what a cleaning drops, and cleaning it again has to finish.
 */
import { DiskError } from '../../src/base/errors.ts'
import type { Disk } from '../../src/disk/disk.ts'
import type { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { CleanerScene } from '../log/cleaner/cleaner-scene.ts'
import { DAY_MS, newDisk, NOW_MS } from '../log/new-log.ts'
import { type Fault, FaultyDisk, PowerLoss } from './faulty-disk.ts'
import { Seeded } from './seeded.ts'

export class CleaningScenario {
  readonly #random: Seeded
  readonly #config
  /** By offset: what was appended, and not aborted. */
  readonly #written = new Map<number, string>()
  #memory: MemoryDisk = newDisk()
  #checkpoint = 0n
  #endOffset = 0n
  /** What is recovered is not durable before it is flushed. */
  #recoveryPoint = 0n
  #sequence = 0
  #nowMs = NOW_MS

  constructor(seed: number) {
    this.#random = new Seeded(seed)
    this.#config = {
      segmentBytes: this.#random.pick([400, 1500, 8000]),
      indexIntervalBytes: this.#random.pick([0, 300]),
      deleteRetentionMs: DAY_MS,
      preallocate: this.#random.happens(0.2),
      fileDeleteDelayMs: this.#random.pick([0, 60_000]),
    }
  }

  /** Lives through some crashes. @throws where a record is gone, or one has come back */
  async run(): Promise<void> {
    const lives = this.#random.between(1, 4)
    for (let life = 0; life < lives; life++) {
      await this.#append()
      await this.#cleanUntilItFails()
      this.#memory = this.#memory.crash(this.#random.chance())
      this.#check(this.#open(this.#memory))
    }
    await this.#cleanToTheEnd(this.#open(this.#memory))
    this.#checkCleaned(this.#open(this.#memory))
  }

  #open(disk: Disk): CleanerScene {
    const recoveryPoint = this.#random.pick([this.#recoveryPoint, 0n])
    this.#recoveryPoint = recoveryPoint
    const clock = { nowMs: () => this.#nowMs }
    return new CleanerScene({ config: this.#config, recoveryPoint, clock }, disk)
  }

  /** All of it durable. */
  async #append(): Promise<void> {
    const random = this.#random
    const scene = this.#open(this.#memory)
    for (let step = random.between(1, 30); step > 0; step--) {
      const first = Number(scene.log.endOffset)
      const records = Array.from({ length: random.between(1, 4) }, (_, index) => {
        const key = `k${random.below(10)}`
        return random.happens(0.2) ? key : `${key}=${first + index}`
      })
      const isTransactional = random.happens(0.3)
      const producer = { id: 5n, epoch: 0, sequence: this.#sequence }
      scene.append(records, isTransactional ? { isTransactional, producer } : {})
      const isAborted = isTransactional && random.happens(0.5)
      if (isTransactional) {
        this.#sequence += records.length
        scene.end(5n, !isAborted)
      }
      if (!isAborted) records.forEach((text, index) => this.#written.set(first + index, text))
      if (random.happens(0.2)) scene.log.roll()
    }
    scene.roll()
    await scene.log.flush()
    this.#endOffset = this.#recoveryPoint = scene.log.endOffset
    scene.log.closeFiles()
  }

  async #cleanUntilItFails(): Promise<void> {
    const fault = this.#random.pick<Fault | undefined>([
      'power',
      'power',
      'ENOSPC',
      'EIO',
      undefined,
    ])
    const plan = fault && { at: this.#random.below(150), fault, below: '/logs' }
    const faulty = new FaultyDisk(this.#memory, plan, this.#random)
    let scene: CleanerScene | undefined
    try {
      scene = this.#open(faulty.disk)
      await this.#cleanToTheEnd(scene)
    } catch (error) {
      if (!(error instanceof DiskError) || plan === undefined) throw error
      const goesOn = scene !== undefined && scene.log.failure === undefined
      if (goesOn && !(error instanceof PowerLoss) && !faulty.isDark) this.#check(scene!)
    }
  }

  async #cleanToTheEnd(scene: CleanerScene): Promise<void> {
    const slots = this.#random.pick([6, 1000])
    scene.log.raiseHighWatermark(scene.log.endOffset)
    const end = scene.log.segments.at(-1)!.baseOffset
    while (this.#checkpoint < end) {
      const { endOffset } = await scene.clean({
        checkpoint: this.#checkpoint,
        slots,
        nowMs: this.#nowMs,
      })
      if (endOffset <= this.#checkpoint) throw new Error(`a cleaning went from ${endOffset} on`)
      this.#checkpoint = endOffset
    }
    scene.log.removeCondemned()
    this.#nowMs += this.#random.pick([0, DAY_MS])
  }

  #check(scene: CleanerScene): void {
    if (scene.log.endOffset !== this.#endOffset) {
      throw new Error(`the log ends at ${scene.log.endOffset}, not at ${this.#endOffset}`)
    }
    const left = recordsIn(scene)
    let before = -1
    for (const [offset, text] of left) {
      if (offset <= before) throw new Error(`offset ${offset} follows ${before}`)
      before = offset
      const written = this.#written.get(offset)
      if (written !== undefined && written !== text) throw new Error(`${offset} holds ${text}`)
    }
    for (const [offset, text] of this.#newest()) {
      const isTombstone = !text.includes('=')
      if (!left.has(offset) && !isTombstone) throw new Error(`${offset}:${text} is gone`)
    }
    this.#checkLatestValues(left)
  }

  /** What a reader who takes the last of each key sees, is what was written last. */
  #checkLatestValues(left: ReadonlyMap<number, string>): void {
    const seen = new Map<string, string>()
    for (const [offset, text] of left) {
      if (this.#written.has(offset)) seen.set(text.split('=')[0]!, text)
    }
    const wanted = new Map([...this.#newest()].map(([, text]) => [text.split('=')[0]!, text]))
    for (const [key, text] of seen) {
      if (wanted.get(key) !== text) throw new Error(`${key} has come back as ${text}`)
    }
  }

  #checkCleaned(scene: CleanerScene): void {
    this.#check(scene)
    const newest = this.#newest()
    for (const [offset, text] of recordsIn(scene)) {
      if (newest.get(offset) !== text) throw new Error(`${offset}:${text} is left`)
    }
  }

  #newest(): Map<number, string> {
    const byKey = new Map<string, readonly [number, string]>()
    for (const entry of this.#written) byKey.set(entry[1].split('=')[0]!, entry)
    return new Map(byKey.values())
  }
}

/** By offset, markers and batches without records left out. */
function recordsIn(scene: CleanerScene): Map<number, string> {
  const found = new Map<number, string>()
  for (const text of scene.records.flat()) {
    const [, offset, record] = /^(\d+):(.+)$/.exec(text) ?? []
    if (offset !== undefined && record !== 'marker') found.set(Number(offset), record!)
  }
  return found
}
