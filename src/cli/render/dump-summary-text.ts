/** What kafka-dump-log says on stderr after all files. */
import { javaHashMapOrder } from '../../binary/java-hash.ts'
import type { DumpSummary } from '../../inspect/dump/dump-summary.ts'

export function* dumpSummaryLines(summary: DumpSummary): Generator<string> {
  for (const [path, pairs] of inKafkasOrder(summary.indexMismatches)) {
    yield `Mismatches in :${path}`
    for (const [indexed, found] of [...pairs.sorted()].reverse()) {
      yield `  Index offset: ${indexed}, log offset: ${found}`
    }
  }
  for (const [path, pairs] of inKafkasOrder(summary.timestampMismatches)) {
    yield `Found timestamp mismatch in :${path}`
    for (const { indexed, other } of pairs) {
      yield `  Index timestamp: ${indexed}, log timestamp: ${other}`
    }
  }
  for (const [path, pairs] of inKafkasOrder(summary.outOfOrderTimestamps)) {
    yield `Found out of order timestamp in :${path}`
    for (const { indexed, other } of pairs) {
      yield `  Index timestamp: ${indexed}, Previously indexed timestamp: ${other}`
    }
  }
  for (const [path, pairs] of inKafkasOrder(summary.offsetsNotFound)) {
    yield `The following indexed offsets are not found in :${path}`
    for (const { indexed, found } of pairs) {
      yield `Indexed offset: ${indexed}, found log offset: ${found}`
    }
  }
  for (const [path, pairs] of inKafkasOrder(summary.gaps)) {
    yield `Non-consecutive offsets in ${path}`
    for (const [previous, following] of pairs.sorted()) {
      yield `  ${previous} is followed by ${following}`
    }
  }
}

/** Java's HashMap decides; it is asked once for each thing found. */
function* inKafkasOrder<T extends { readonly length: number }>(
  byPath: ReadonlyMap<string, T>,
): Generator<[string, T]> {
  const paths = [...byPath.keys()]
  const last = byPath.get(paths.at(-1) ?? '')
  const order = javaHashMapOrder(paths, { calls: last === undefined ? 0 : last.length - 1 })
  for (const path of order) yield [path, byPath.get(path)!]
}
