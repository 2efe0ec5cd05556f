/** What logs would be like under other configs: a JSON object for each row. */
import { distributionOf } from '../../inspect/stats/histogram.ts'
import type { WhatIfReport } from '../../inspect/what-if/what-if.ts'
import { jsonText } from '../json-text.ts'
import { changeOf, configValues, whatIfValues, type WhatIfValues } from './what-if-text.ts'

/** @param names of the rows */
export function whatIfJson(report: WhatIfReport, names: readonly string[]): string[] {
  const { topic, partition, partitions, logBytes, bytesRead, sample, batches, records } = report
  const all = report.rows.map(row => whatIfValues(row, report))
  return report.rows.map((row, index) => {
    const { log, config, codec, refusedBatches } = row
    const { count, mean, p50, p90, max } = distributionOf(log.fillMs)
    const isFilled = sample === undefined && count > 0
    return jsonText({
      kind: 'what-if',
      topic: topic ?? null,
      partition: partition ?? null,
      partitions,
      logBytes,
      bytesRead,
      sample: sample === undefined ? null : { ...sample },
      batches,
      records,
      whatIf: names[index],
      configs: config === undefined ? null : configValues(config),
      ...withNulls(all[index]!),
      plainBytes: codec?.plainBytes ?? null,
      segmentFillMs: isFilled ? { count, mean, p50, p90, max } : null,
      refusedBatches,
      legacyBatches: report.legacyBatches,
      change: index === 0 ? null : changes(all[index]!, all[0]!),
    })
  })
}

function withNulls(values: WhatIfValues): Readonly<Record<string, number | null>> {
  const entries = Object.entries(values) as [string, number | undefined][]
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? null]))
}

/** Of the first row's, for each value: −0.75 is three quarters less. */
function changes(values: WhatIfValues, today: WhatIfValues) {
  const names = Object.keys(values) as (keyof WhatIfValues)[]
  return Object.fromEntries(names.map(name => [name, changeOf(values[name], today[name]) ?? null]))
}
