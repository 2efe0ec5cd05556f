/**
 * What producers leave behind in a segment, short: of batches of one producer that follow each other in one epoch, and
 * all of them in transactions or none of them, what is remembered of the producer is what the first and the last say. So
 * one thread can find it out of a segment without knowing what came before, and another go through it quickly.
 *
 * | bytes | field    | type  | meaning                                                              |
 * |-------|----------|-------|----------------------------------------------------------------------|
 * | 0–3   | position | int32 | where in the log the batch begins                                    |
 * | 4–    | batch    | bytes | its header; the whole of it where it is a control batch              |
 *
 * Entries of one producer are in order; among those of several, only those that something may begin or end with are.
 */
import { int32At, numberIfExact } from '../binary/big-endian.ts'
import { ByteWriter } from '../binary/writer.ts'
import { BATCH_OVERHEAD, BatchV2 } from '../record/batch-v2.ts'

export class ProducerTrail {
  readonly #written = new ByteWriter()
  /** By producer id. */
  readonly #runs = new Map<number | bigint, Run>()
  #current: Run | undefined

  /** @param batch of a producer, its header in memory; the whole of it where it is a control batch */
  add(batch: BatchV2, position: number): void {
    const id = numberIfExact(batch.producerId)
    const run = this.#current?.id === id ? this.#current : this.#runs.get(id)
    if (batch.isControl) {
      this.#end(run)
      this.#runs.delete(id)
      this.#current = undefined
      this.#write(batch.buffer.subarray(batch.start, batch.start + batch.size), position)
    } else if (
      run?.epoch === batch.producerEpoch &&
      run.isTransactional === batch.isTransactional
    ) {
      batch.buffer.copy(run.last, 0, batch.start, batch.start + BATCH_OVERHEAD)
      run.lastPosition = position
      this.#current = run
    } else {
      this.#end(run)
      this.#begin(id, batch, position)
    }
  }

  finish(): Buffer {
    for (const run of this.#runs.values()) this.#end(run)
    return this.#written.written()
  }

  #begin(id: number | bigint, batch: BatchV2, position: number): void {
    this.#write(batch.buffer.subarray(batch.start, batch.start + BATCH_OVERHEAD), position)
    const { producerEpoch: epoch, isTransactional } = batch
    const last = Buffer.alloc(BATCH_OVERHEAD)
    this.#current = { id, epoch, isTransactional, last, lastPosition: undefined }
    this.#runs.set(id, this.#current)
  }

  #end(run: Run | undefined): void {
    if (run?.lastPosition === undefined) return
    this.#write(run.last, run.lastPosition)
    run.lastPosition = undefined
  }

  #write(bytes: Buffer, position: number): void {
    this.#written.int32(position)
    this.#written.bytes(bytes)
  }
}

interface Run {
  readonly id: number | bigint
  readonly epoch: number
  readonly isTransactional: boolean
  /** Header of its last batch. */
  readonly last: Buffer
  /** Undefined where the first is the last. */
  lastPosition: number | undefined
}

export interface TrailEntry {
  readonly position: number
  readonly batch: BatchV2
}

export function* entriesOfTrail(trail: Buffer): Generator<TrailEntry> {
  for (let at = 0; at < trail.length;) {
    const batch = new BatchV2(trail, at + POSITION_SIZE)
    yield { position: int32At(trail, at), batch }
    at += POSITION_SIZE + (batch.isControl ? batch.size : BATCH_OVERHEAD)
  }
}

const POSITION_SIZE = 4
