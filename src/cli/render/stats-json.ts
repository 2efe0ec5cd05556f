/** Statistics as one JSON object for each report. */
import type { Distribution } from '../../inspect/stats/histogram.ts'
import { startOfHour } from '../../inspect/stats/hour-counter.ts'
import type { Distributions, StatsReport } from '../../inspect/stats/stats-report.ts'
import { jsonText } from '../json-text.ts'

export function statsJson(report: StatsReport): string {
  const { total, counts, sample, producers, hours, distributions } = report
  const { topic, partition, partitions, segments, logBytes, bytesRead } = report
  return jsonText({
    topic: topic ?? null,
    partition: partition ?? null,
    partitions,
    segments,
    logBytes,
    bytesRead,
    sample: sample === undefined ? null : { ...sample },
    ...total,
    ...counts,
    headerShare: report.headerShare,
    distributions: distributionsJson(distributions),
    indexes:
      report.indexes === undefined
        ? null
        : { ...report.indexes, bytesPerEntry: report.indexes.bytesPerEntry ?? null },
    codecs: report.codecs.map(row => ({ ...row, ratio: row.ratio ?? null })),
    formats: report.formats.map(row => ({ ...row })),
    producers: producers.rows.map(({ key, ...share }) => ({
      producerId: key < 0n ? null : key,
      ...share,
    })),
    otherProducers: { ...producers.others, isExact: producers.isExact },
    hours: hours.rows.map(({ key, ...share }) => ({
      timestamp: key < 0 ? null : startOfHour(key),
      ...share,
    })),
    otherHours: { ...hours.others, isExact: hours.isExact },
    largest: report.largest.map(({ path, ...batch }) => ({ file: path, ...batch })),
  })
}

function distributionsJson(distributions: Distributions) {
  const entries = Object.entries(distributions) as [string, Distribution][]
  return Object.fromEntries(
    entries.map(([name, { doublings, ...rest }]) => [
      name,
      { ...rest, histogram: doublings.map(doubling => ({ ...doubling })) },
    ]),
  )
}
