/** Pieces of somebody's files for messages and for JSON: nothing in them may steer a terminal. */

/** As a JSON string, its C1 control characters escaped as well. */
export function quotedText(text: string): string {
  return withoutC1(JSON.stringify(text))
}

/** C1 control characters as JSON writes them: U+009B is ESC [ to many a terminal, and JSON leaves it as it is. */
export function withoutC1(text: string): string {
  return text.replace(/[\u0080-\u009f]/g, c1 => `\\u00${c1.charCodeAt(0).toString(16)}`)
}
