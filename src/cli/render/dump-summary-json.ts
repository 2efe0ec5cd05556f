/** What does not fit together in the dumped files, as finding lines: see dump-summary-text.ts for Kafka's own words. */
import type { DumpSummary } from '../../inspect/dump/dump-summary.ts'
import { jsonText, type JsonValue } from '../json-text.ts'

export function* dumpSummaryFindings(summary: DumpSummary): Generator<string> {
  for (const [file, pairs] of summary.indexMismatches) {
    for (const [indexed, found] of pairs.sorted()) {
      yield finding('index-mismatch', { file, indexedOffset: indexed, foundOffset: found })
    }
  }
  for (const [file, pairs] of summary.timestampMismatches) {
    for (const { indexed, other } of pairs) {
      yield finding('timestamp-mismatch', {
        file,
        indexedTimestamp: indexed,
        foundTimestamp: other,
      })
    }
  }
  for (const [file, pairs] of summary.outOfOrderTimestamps) {
    for (const { indexed, other } of pairs) {
      yield finding('timestamp-out-of-order', {
        file,
        indexedTimestamp: indexed,
        previousTimestamp: other,
      })
    }
  }
  for (const [file, pairs] of summary.offsetsNotFound) {
    for (const { indexed, found } of pairs) {
      yield finding('offset-not-found', { file, indexedOffset: indexed, foundOffset: found })
    }
  }
  for (const [file, pairs] of summary.gaps) {
    for (const [offset, followedBy] of pairs.sorted()) {
      yield finding('non-consecutive-offsets', { file, offset, followedBy }, 'notice')
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
