/** Dumps and verifies a partition as the commands do, into nowhere; returns how much was refused. */
import { ByteOutput } from '../../src/cli/byte-output.ts'
import { DumpHex } from '../../src/cli/render/dump-hex.ts'
import { DumpJson } from '../../src/cli/render/dump-json.ts'
import { dumpSummaryLines } from '../../src/cli/render/dump-summary-text.ts'
import { DumpText } from '../../src/cli/render/dump-text.ts'
import { dumpGroupRecord } from '../../src/coordinator/consumer-offsets-records.ts'
import { dumpShareStateRecord } from '../../src/coordinator/share-state-records.ts'
import { dumpTransactionRecord } from '../../src/coordinator/transaction-state-records.ts'
import { dumpFiles } from '../../src/inspect/dump/dump-files.ts'
import { verify } from '../../src/inspect/verify/verify.ts'
import { dumpMetadataRecord } from '../../src/metadata/metadata-records.ts'
import { dumpRemoteLogRecord } from '../../src/metadata/remote-log-records.ts'

const DECODERS = {
  __consumer_offsets: dumpGroupRecord,
  __transaction_state: dumpTransactionRecord,
  __share_group_state: dumpShareStateRecord,
  __cluster_metadata: dumpMetadataRecord,
  __remote_log_metadata: dumpRemoteLogRecord,
}

const LIMITS = { batchBytesMax: 16 * 1024 * 1024 }
const nowhere = new ByteOutput(() => undefined)

export async function readEverything(disk, folder, topic, random) {
  let refused = 0
  const onFailure = () => refused++
  const decoder = DECODERS[topic]
  const sink = random.pick([
    () => new DumpText(outputs(onFailure), textOptions(decoder)),
    () => new DumpHex(outputs(onFailure), textOptions(decoder)),
    () => new DumpJson(outputs(onFailure), { batches: true, decoder }),
  ])()
  const files = disk.list(folder).map(({ name }) => ({
    path: `${folder}/${name}`,
    absolutePath: `${folder}/${name}`,
  }))
  const summary = dumpFiles(files, disk, sink, {
    deep: true,
    bytesMax: 0x7fffffff,
    resync: random.below(2) === 0,
    limits: LIMITS,
    indexSanityCheckOnly: random.below(8) === 0,
    messageSizeMax: 5 * 1024 * 1024,
  })
  for (const line of dumpSummaryLines(summary)) nowhere.line(line)
  return refused + (await countFindings(disk, folder, random))
}

async function countFindings(disk, folder, random) {
  let count = 0
  const options = {
    deep: random.below(4) > 0,
    live: random.below(4) === 0,
    limits: LIMITS,
    workers: 0,
  }
  const environment = { disk, lockHolder: () => undefined }
  for await (const finding of verify([{ kind: 'partition', path: folder }], options, environment)) {
    nowhere.line(
      JSON.stringify(finding, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
    )
    count++
  }
  return count
}

function outputs(onFailure) {
  const stderr = () => undefined
  return { stdout: nowhere, stderr, onFailure, onUnreadableControl: onFailure }
}

function textOptions(recordText) {
  return {
    printContents: true,
    skipRecordMetadata: false,
    headerValues: true,
    printIndexEntries: true,
    recordText,
  }
}
