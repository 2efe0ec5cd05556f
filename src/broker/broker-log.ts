/** What a broker tells of itself while it runs: an event as fields, and what it means in words. */
export interface BrokerLog {
  info(event: object, text: string): void
  warn(event: object, text: string): void
  error(event: object, text: string): void
}

export const SILENT: BrokerLog = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
