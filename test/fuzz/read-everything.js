/** Dumps and verifies a partition as the commands do, into nowhere; returns how much was refused. */
import { ByteOutput } from '../../dist/cli/byte-output.js'
import { DumpHex } from '../../dist/cli/render/dump-hex.js'
import { DumpJson } from '../../dist/cli/render/dump-json.js'
import { dumpSummaryLines } from '../../dist/cli/render/dump-summary-text.js'
import { DumpText } from '../../dist/cli/render/dump-text.js'
import { dumpGroupRecord } from '../../dist/coordinator/consumer-offsets-records.js'
import { dumpShareStateRecord } from '../../dist/coordinator/share-state-records.js'
import { dumpTransactionRecord } from '../../dist/coordinator/transaction-state-records.js'
import { dumpFiles } from '../../dist/inspect/dump/dump-files.js'
import { verify } from '../../dist/inspect/verify/verify.js'
import { dumpMetadataRecord } from '../../dist/metadata/metadata-records.js'
import { dumpRemoteLogRecord } from '../../dist/metadata/remote-log-records.js'

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
    () => new DumpJson({ stdout: nowhere, onFailure }, { batches: true, decoder }),
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
  return { stdout: nowhere, stderr: () => undefined, onFailure }
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
