/** Where transport tells what an operator should know: an event's data, and a sentence. pino's loggers are some. */
export interface TransportLog {
  warn(event: object, text: string): void
  error(event: object, text: string): void
}
