/**
 * Every kind of finding: how bad it is, what it touches, what a broker does about it when it starts, what helps.
 *
 * | class       | wrong is                                                                  | exit code |
 * |-------------|---------------------------------------------------------------------------|-----------|
 * | rebuildable | a file that can be made anew from the logs                                | 3         |
 * | log         | a log: records are damaged or missing                                     | 4         |
 * | metadata    | whose a directory or a partition is, which can't be made anew either      | 4         |
 * | unreadable  | the operating system or a limit said no; nothing is known of the content  | 5         |
 *
 * Only errors and warnings count for the exit code. An error breaks a promise of the format or keeps a broker from
 * starting; a warning may have an innocent reason; a notice is a normal trace, of an unclean shutdown for one.
 *
 * `atStart` is told of Apache Kafka 4.3.1, as tried: docs/what-kafka-does-at-start.md. After a clean shutdown it trusts
 * segments and reads only the last batches; behind the recovery point of an unclean one it reads all, rebuilds the rest.
 */
import {
  log,
  rebuildable,
  metadata,
  notice,
  REBUILD_INDEXES,
  RESTORE_FOLDER,
  RESTORE_META,
  NOTHING,
  START_BROKER,
  type FindingKindFacts,
} from './finding-facts.ts'
import {
  CUT,
  LOST_FRAMING,
  MISLED,
  MISLED_BY_TIME,
  REFUSES,
  SERVES,
  TORN,
  UNREADABLE_MARKER,
  WHOLE_ENTRIES,
  WRONG_MAX_TIMESTAMP,
  WRONG_OFFSETS,
} from './start-behaviour.ts'

const KINDS = {
  // logs
  'batch-crc': log('error', CUT),
  'batch-size': log('error', LOST_FRAMING),
  'batch-torn': log('error', TORN),
  zeros: log('error', LOST_FRAMING),
  'batch-header': log('error', SERVES),
  'batch-offsets': log('error', WRONG_OFFSETS),
  'batch-epoch': log('error', {
    trusted: SERVES,
    recovered: 'serves it, and notes a higher epoch in leader-epoch-checkpoint',
  }),
  records: log('error', 'does not notice (checks no records); consumers fail here'),
  'message-crc': log('error', 'does not notice; consumers fail here'),
  'control-record': log('error', UNREADABLE_MARKER),
  'max-timestamp': log('warning', WRONG_MAX_TIMESTAMP, NOTHING),
  'segment-overlap': log('error', SERVES),
  'segment-gap': log('warning', 'does not notice; consumers are sent on to the next segment'),
  'segment-size': log('error', `${REFUSES} ('larger than the maximum allowed segment size')`),
  'segment-offsets': log('error', "splits the segment ('Split segment and retry')", NOTHING),
  'recovery-point': log(
    'error',
    'takes the end of the log for the recovery point; what is missing stays missing',
  ),
  'high-watermark': log('warning', 'takes the end of the log for the high watermark'),
  'log-start-below': notice(
    'takes the beginning of the first segment for the log start, unless the topic is tiered: then what lies ' +
      'before is in the remote storage',
    'nothing, if the topic is tiered; else let a replica fill the folder again',
  ),
  'log-start': log(
    'error',
    "deletes ALL segments ('Deleting all segments because logEndOffset … is smaller than logStartOffset')",
    'before any start remove the entry from log-start-offset-checkpoint, and lower the count in its second line',
  ),
  'kraft-snapshot': log(
    'error',
    `${REFUSES} if it is the newest or bootstrap.checkpoint; ` +
      'does not notice one that is older, or one without a footer',
    'copy it from another controller',
  ),

  // what can be made anew
  'index-missing': rebuildable(
    "reads the segment and rebuilds all its indexes ('Could not find offset index file')",
    START_BROKER,
    'warning',
  ),
  'index-size': rebuildable(WHOLE_ENTRIES, REBUILD_INDEXES),
  'index-order': rebuildable(MISLED, REBUILD_INDEXES),
  'index-entry': rebuildable(MISLED, REBUILD_INDEXES),
  'index-past-end': rebuildable(MISLED, REBUILD_INDEXES),
  'index-untrimmed': rebuildable(MISLED, REBUILD_INDEXES),
  'timeindex-missing': rebuildable(
    {
      trusted: 'makes an empty one; lookups by time pass the segment over',
      recovered: 'rebuilds it',
    },
    REBUILD_INDEXES,
    'warning',
  ),
  'timeindex-size': rebuildable(WHOLE_ENTRIES, REBUILD_INDEXES),
  'timeindex-order': rebuildable(MISLED_BY_TIME, REBUILD_INDEXES),
  'timeindex-entry': rebuildable(MISLED_BY_TIME, REBUILD_INDEXES),
  'timeindex-past-end': rebuildable(MISLED_BY_TIME, REBUILD_INDEXES),
  'timeindex-untrimmed': rebuildable(MISLED_BY_TIME, REBUILD_INDEXES),
  'timeindex-short': rebuildable(
    {
      trusted: 'does not notice; lookups by time pass the last records over',
      recovered: 'rebuilds it',
    },
    REBUILD_INDEXES,
    'warning',
  ),
  'txnindex-format': rebuildable(
    { trusted: 'does not notice', recovered: 'rebuilds it' },
    REBUILD_INDEXES,
  ),
  'txnindex-earlier': rebuildable(
    "reads the segment and rebuilds all its indexes ('Found a corrupted index file')",
    START_BROKER,
  ),
  'txnindex-entry': rebuildable(
    {
      trusted:
        'does not notice; read_committed consumers miss records that are committed, or are given aborted ones',
      recovered: 'rebuilds it',
    },
    REBUILD_INDEXES,
  ),
  'txnindex-missing': rebuildable(
    {
      trusted: 'does not notice; aborted records are shown to read_committed',
      recovered: 'rebuilds it',
    },
    REBUILD_INDEXES,
  ),
  'snapshot-format': rebuildable(
    "if it is the newest deletes it ('Failed to load producer snapshot') and takes an older one, else " +
      'does not look at it',
    START_BROKER,
  ),
  'snapshot-entry': rebuildable(
    'if it is the newest believes it (producers may be refused or repeat records), else does not look at it',
    'with the broker stopped delete the snapshots from this one on, if an older one is left: without any, a ' +
      'broker forgets all producers',
  ),
  'snapshot-missing': rebuildable(
    'knows no producer: repeated records are taken, and open transactions for none, so that read_committed ' +
      'is given their records',
    'with the broker stopped delete .kafka_cleanshutdown, too: producers are learnt anew from the logs',
    'warning',
  ),
  'snapshot-past-end': rebuildable('deletes it', START_BROKER, 'warning'),
  'epoch-checkpoint': rebuildable(
    REFUSES,
    'with the broker stopped delete it: epochs are learnt anew',
  ),
  'epoch-entry': rebuildable(
    'believes it, until an epoch is written that contradicts it; followers may cut their logs at the ' +
      'wrong offset',
    'with the broker stopped delete it: epochs are learnt anew',
  ),
  'epoch-late': notice('believes it: knows no epoch of what lies before'),
  'epoch-past-end': rebuildable('drops the entry', START_BROKER, 'warning'),
  'epoch-missing': rebuildable(
    {
      trusted: 'goes on without; followers cut their logs by offset',
      recovered: 'rebuilds it from the batches',
    },
    NOTHING,
    'warning',
  ),
  'checkpoint-file': rebuildable(
    "takes the log.dir offline ('Error while reading checkpoint file'), and ends if it is that of the metadata or " +
      'the only one, or if a log in it has to be cut; only over an offset that is no number takes the file for empty',
    'with the broker stopped delete it: an unclean log is read whole then, deleted records may come back',
  ),
  'high-watermark-file': rebuildable(
    "brings none of the partitions up ('Error applying topics delta')",
    'with the broker stopped delete it: high watermarks begin at the log start',
  ),
  'cleaner-file': rebuildable(
    "compacts nothing any more ('kafka-log-cleaner-thread' ends)",
    'with the broker stopped delete it: compaction begins anew',
  ),
  'cleaner-checkpoint': rebuildable('begins to compact from the log start', NOTHING, 'warning'),

  // whose it is
  'meta-properties': metadata(
    'error',
    'refuses to start over one without a version, over one in the only log.dir, or in that of the ' +
      'metadata; else takes the log.dir offline',
    RESTORE_META,
  ),
  'meta-properties-missing': metadata(
    'error',
    `${REFUSES} ('No \`meta.properties\` found', 'No readable meta.properties files found')`,
    RESTORE_META,
  ),
  'cluster-id': metadata(
    'error',
    REFUSES,
    "take the log.dir out of the broker's log.dirs, or restore meta.properties",
  ),
  'node-id': metadata(
    'error',
    REFUSES,
    "take the log.dir out of the broker's log.dirs, or restore meta.properties",
  ),
  'directory-id': metadata('error', REFUSES, 'give each log.dir an id of its own'),
  'folder-name': metadata(
    'error',
    `${REFUSES} ('is not in the form of topic-partition')`,
    'move the folder out of the log.dir',
  ),
  'file-digits': metadata(
    'error',
    'looks for 20 digits: without such a log it goes on with an empty segment, and deletes the index',
    'give it its name of 20 digits',
  ),
  'file-name': metadata(
    'error',
    `${REFUSES} (NumberFormatException)`,
    'move the file out of the folder',
  ),
  'partition-twice': metadata(
    'error',
    `${REFUSES} ('Duplicate log directories'; beside its -future folder: 'Error while renaming dir')`,
    'move the older of the two folders away',
  ),
  'stray-twin': metadata(
    'warning',
    'renames the folder to -stray',
    'move it away; kbroker diff tells what it alone has',
  ),
  'partition-missing': metadata(
    'error',
    'makes the partition anew, empty; other replicas, if it has any, fill it again',
    'with the broker stopped put its folder back, or restore it from a copy (kbroker import); nothing, if it ' +
      'lies in a log.dir that was not given',
  ),
  'topic-id': metadata(
    'error',
    'renames the folder to -stray, and serves an empty partition in its place',
    "with the broker stopped put the topic's id back into partition.metadata",
  ),
  'partition-metadata': metadata(
    'error',
    REFUSES,
    'restore it from another partition of the topic',
  ),
  'partition-metadata-missing': metadata(
    'warning',
    'renames the folder to -stray',
    'restore it from another partition of the topic',
  ),
  'quorum-state': metadata(
    'error',
    REFUSES,
    'with the controller stopped delete it: it is learnt anew',
  ),

  // what can't be looked at
  unreadable: {
    severity: 'error',
    class: 'unreadable',
    atStart: 'takes the log.dir offline',
    fix: 'look at the disk and at the permissions',
  },
  shrunken: {
    severity: 'error',
    class: 'unreadable',
    atStart: 'reads what is left',
    fix: 'verify again once nothing writes to it; beside a live broker, with --live',
  },
  'wrong-type': {
    severity: 'error',
    class: 'unreadable',
    atStart: 'passes it over, as if nothing were there',
    fix: 'put back what belongs there; of a link, mount what it leads to',
  },
  'too-large': {
    severity: 'warning',
    class: 'unreadable',
    atStart: 'does not notice',
    fix: 'verify again with a higher --max-batch-bytes',
  },
  locked: {
    severity: 'error',
    class: 'unreadable',
    atStart: "refuses to start ('Failed to acquire lock on file .lock')",
    fix: 'stop the broker, or verify with --live up to the recovery points',
  },

  // normal traces
  'lock-unknown': notice('tries to lock it', 'verify again where the lock can be asked about'),
  'unclean-shutdown': notice('reads the segments from the recovery points on', START_BROKER),
  'unclean-tail': notice('cuts it off', START_BROKER),
  'unclean-high-watermark': notice(
    'takes the end of the log for the high watermark: the crash took records that were acknowledged',
    'let a replica fill it again, if there is one',
  ),
  'unclean-index': notice('rebuilds it', START_BROKER),
  'offset-gap': notice(SERVES),
  'shutdown-marker': notice('takes the shutdown for clean, the broker epoch for unknown'),
  'checkpoint-entry': notice('overlooks it', RESTORE_FOLDER),
  'deleted-file': notice('deletes it'),
  'cleaned-file': notice('deletes it: a compaction that did not finish'),
  'swap-damaged': log(
    'error',
    'puts it, damaged as it is, in the place of the segments it was compacted from',
    'with the broker stopped move it away, if the segments it was compacted from are there',
  ),
  'swap-empty': log(
    'warning',
    'puts an empty segment in the place of those it was compacted from',
    'with the broker stopped move it away, if the segments it was compacted from are there and not empty',
  ),
  'swap-file': notice('puts it in the place of the segments it was compacted from'),
  'temporary-file': notice('overlooks it, or overwrites it'),
  'partial-snapshot': notice('deletes it'),
  'orphan-index': notice("deletes it ('Found an orphaned index file')"),
  'unknown-file': notice('overlooks it'),
  'delete-folder': notice('deletes it'),
  'future-folder': notice(
    'goes on with the move if the log lies in another log.dir; else may delete the records, or rename the ' +
      'folder to -stray if it does not know the topic',
    'move it to a safe place first if it is all there is of the partition; else start the broker',
  ),
  'stray-folder': notice('keeps it aside', 'delete it if it is not missed'),
} as const satisfies Record<string, FindingKindFacts>

export type FindingKind = keyof typeof KINDS

export const FINDING_KINDS: Readonly<Record<FindingKind, FindingKindFacts>> = KINDS
