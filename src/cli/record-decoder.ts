/** The options of `dump` that say which records they are: each a topic of a broker's own. */
import type { CommandContext } from './command-context.ts'
import { EXIT } from './exit-code.ts'
import type { RecordText } from './render/record-text.ts'

export interface DecoderOptions {
  readonly offsetsDecoder?: true
  readonly transactionLogDecoder?: true
  readonly clusterMetadataDecoder?: true
  readonly remoteLogMetadataDecoder?: true
  readonly shareGroupStateDecoder?: true
}

/** @param tellRefused hears of records at which kafka-dump-log ends with a stack trace; ours goes on */
export async function decoderFor(
  options: DecoderOptions,
  tellRefused: (message: string) => void,
): Promise<RecordText | undefined> {
  const decoder = await loadDecoder(options)
  if (decoder === undefined) return undefined
  return record => {
    const dumped = decoder(record)
    if (dumped.endsKafkasTool === true) {
      tellRefused(`${dumped.key}; is it a decoder for this topic?`)
    }
    return dumped
  }
}

/** One line for the first of many, and an exit code for all. */
export function tellOfFirst({
  stdout,
  stderr,
  endWith,
}: CommandContext): (message: string) => void {
  let isTold = false
  return message => {
    if (isTold) return
    isTold = true
    stdout.flush()
    stderr(`kbroker: ${message} Others like it are not told`)
    endWith(EXIT.itemFailed)
  }
}

/** Loaded when asked for: schemas take their time. */
async function loadDecoder(options: DecoderOptions): Promise<RecordText | undefined> {
  switch (chosenDecoder(options)) {
    case 'offsetsDecoder':
      return (await import('../coordinator/consumer-offsets-records.ts')).dumpGroupRecord
    case 'transactionLogDecoder':
      return (await import('../coordinator/transaction-state-records.ts')).dumpTransactionRecord
    case 'clusterMetadataDecoder':
      return (await import('../metadata/metadata-records.ts')).dumpMetadataRecord
    case 'remoteLogMetadataDecoder':
      return (await import('../metadata/remote-log-records.ts')).dumpRemoteLogRecord
    case 'shareGroupStateDecoder':
      return (await import('../coordinator/share-state-records.ts')).dumpShareStateRecord
    case undefined:
      return undefined
  }
}

export function hasDecoder(options: DecoderOptions): boolean {
  return chosenDecoder(options) !== undefined
}

/** What to say where several are given: kafka-dump-log takes one, and doesn't tell which. */
export function decoderNotice(options: DecoderOptions): string | undefined {
  const [chosen, ...ignored] = ORDER.filter(name => options[name] === true).map(optionOf)
  if (chosen === undefined || ignored.length === 0) return undefined
  return `${chosen} decides, as for kafka-dump-log: ${ignored.join(' and ')} ${
    ignored.length === 1 ? 'is' : 'are'
  } ignored`
}

/** Of several the first counts. */
const ORDER = [
  'offsetsDecoder',
  'transactionLogDecoder',
  'clusterMetadataDecoder',
  'remoteLogMetadataDecoder',
  'shareGroupStateDecoder',
] as const

function chosenDecoder(options: DecoderOptions): (typeof ORDER)[number] | undefined {
  return ORDER.find(name => options[name] === true)
}

function optionOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
}
