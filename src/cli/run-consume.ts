/** Carries out `consume`: finds the partitions, and hands their records to what writes them. */
import { setTimeout as sleep } from 'node:timers/promises'
import { UsageError } from '../base/errors.ts'
import type { Disk } from '../disk/disk.ts'
import { consume } from '../inspect/consume/consume.ts'
import { follow } from '../inspect/consume/follow.ts'
import type { ConsumeOptions } from '../inspect/consume/partition-reader.ts'
import type { PartitionCursor } from '../inspect/consume/partition-cursor.ts'
import { lastStableOffset } from '../inspect/offsets/last-stable-offset.ts'
import { logEndOffset, logStartOffset } from '../inspect/offsets/log-bounds.ts'
import type { CommandContext } from './command-context.ts'
import { limitsOf, logDirsOf, noticesTo } from './common-options.ts'
import type { CreateWriter } from './consume-output.ts'
import { consumeTargets, type ConsumeRequest } from './consume-request.ts'
import { EXIT } from './exit-code.ts'
import { leavingOut, onceEach } from './left-out.ts'
import { logSizesOf, notePageCache } from './page-cache-note.ts'
import type { OffsetsOf, PartitionOffsets } from './render/formatted-record.ts'
import { scannedPartitions, type ScannedPartition } from './scanned-partitions.ts'
import { keepYoungHeapSmall } from './young-heap.ts'

export async function runConsume(
  request: ConsumeRequest,
  createWriter: CreateWriter,
  context: CommandContext,
): Promise<void> {
  const { options, offsets, isFollowing } = request
  const { stdout, disk, nowMs } = context
  keepYoungHeapSmall()
  const partitions = await chosenPartitions(request, context)
  const notice = onceEach(noticesTo(options, context))
  if (!isFollowing) notePageCache(() => logSizesOf(partitions), notice)
  const writer = createWriter(stdout, offsetsIn(partitions, disk))
  const how: ConsumeOptions = {
    offsets,
    isolation: options.isolationLevel ?? 'read_uncommitted',
    order: options.partitionOrder === true ? 'by partition' : 'by time',
    limits: limitsOf(options),
    tell({ kind, message }) {
      stdout.flush()
      if (kind === 'notice') notice(`kbroker: ${message}`)
      else fail(message, context)
    },
  }
  let left = options.maxMessages ?? Infinity
  const isUnbuffered = options.unbuffered === true
  const take = (cursor: PartitionCursor) => {
    writer.write(cursor)
    if (isUnbuffered) stdout.flush()
    return --left > 0
  }
  if (!isFollowing) {
    consume(disk, partitions, how, take)
    return
  }
  const { timeoutMs } = options
  const live = { timeoutMs, nowMs, wait: sleep, onCaughtUp: () => stdout.flush() }
  await follow(disk, partitions, { ...how, ...live }, take)
}

async function chosenPartitions(
  request: ConsumeRequest,
  context: CommandContext,
): Promise<ScannedPartition[]> {
  const { options } = request
  const { disk, workingDirectory, environment } = context
  const onRefusal = leavingOut(context)
  const logDirs = logDirsOf(options, environment)
  const targets = await consumeTargets(request, { logDirs, disk, workingDirectory, onRefusal })
  if (request.isFollowing && targets.some(({ kind }) => kind === 'file')) {
    throw new UsageError('--follow wants partitions: a file ends where its segment does')
  }
  const limits = limitsOf(options)
  const found = scannedPartitions(targets, { disk, workingDirectory, onRefusal, limits })
  const wanted = options.partition
  if (wanted === undefined) return found
  const numbers = new Set(wanted)
  for (const number of numbers) {
    if (found.some(({ partition }) => partition === number)) continue
    fail(`partition ${number}${ofTopic(options.topic)} is not here`, context)
  }
  return found.filter(({ partition }) => numbers.has(partition))
}

function ofTopic(topic: string | undefined): string {
  return topic === undefined ? '' : ` of ${topic}`
}

/** Asked for only by formats that print them; as they were when they were first asked for. */
function offsetsIn(partitions: readonly ScannedPartition[], disk: Disk): OffsetsOf {
  const known = new Map<PartitionCursor, PartitionOffsets>()
  return cursor => {
    const offsets = known.get(cursor) ?? readOffsets(cursor, partitions, disk)
    known.set(cursor, offsets)
    return offsets
  }
}

function readOffsets(
  { topic, partition }: PartitionCursor,
  partitions: readonly ScannedPartition[],
  disk: Disk,
): PartitionOffsets {
  const { log } = partitions.find(each => each.topic === topic && each.partition === partition)!
  const end = logEndOffset(disk, log)
  return {
    logStartOffset: logStartOffset(log),
    lastStableOffset: lastStableOffset(disk, log, end),
    highWatermark: log.highWatermarkCheckpoint ?? end,
  }
}

function fail(message: string, context: CommandContext): void {
  context.stderr(`kbroker: ${message}`)
  context.endWith(EXIT.itemFailed)
}
