/** What does not fit together in the dumped files, as finding lines: see dump-summary-text.ts for Kafka's own words. */
import type { DumpSummary } from '../../inspect/dump/dump-summary.ts'
import { jsonText, type JsonValue } from '../json-text.ts'

/** @param nameOf a file's path as it was given, as the other lines have it; the summary's are absolute */
export function* dumpSummaryFindings(
  summary: DumpSummary,
  nameOf: (absolutePath: string) => string,
): Generator<string> {
  for (const [path, pairs] of summary.indexMismatches) {
    for (const [indexed, found] of pairs.sorted()) {
      yield finding('index-mismatch', {
        file: nameOf(path),
        indexedOffset: indexed,
        foundOffset: found,
      })
    }
  }
  for (const [path, pairs] of summary.timestampMismatches) {
    for (const { indexed, other } of pairs) {
      yield finding('timestamp-mismatch', {
        file: nameOf(path),
        indexedTimestamp: indexed,
        foundTimestamp: other,
      })
    }
  }
  for (const [path, pairs] of summary.outOfOrderTimestamps) {
    for (const { indexed, other } of pairs) {
      yield finding('timestamp-out-of-order', {
        file: nameOf(path),
        indexedTimestamp: indexed,
        previousTimestamp: other,
      })
    }
  }
  for (const [path, pairs] of summary.offsetsNotFound) {
    for (const { indexed, found } of pairs) {
      yield finding('offset-not-found', {
        file: nameOf(path),
        indexedOffset: indexed,
        foundOffset: found,
      })
    }
  }
  for (const [path, pairs] of summary.gaps) {
    for (const [offset, followedBy] of pairs.sorted()) {
      yield finding('non-consecutive-offsets', { file: nameOf(path), offset, followedBy }, 'notice')
    }
  }
}

function finding(
  reason: string,
  members: { readonly [name: string]: JsonValue },
  severity = 'warning',
): string {
  return jsonText({ kind: 'finding', severity, reason, ...members })
}
