/** Delimiters as they are written on command lines, where some bytes can't be typed. */
import { InvalidArgumentError } from 'commander'

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '0': '\0',
  '\\': '\\',
}

/** `\n`, `\r`, `\t`, `\0`, `\\` and `\xNN` mean a byte each, as with kcat; all else is taken as it stands, as UTF-8. */
export function parseDelimiter(text: string): Buffer {
  const pieces: Buffer[] = []
  for (const [piece, escape] of text.matchAll(/\\(x[0-9a-fA-F]{2}|.?)|[^\\]+/gsu)) {
    if (escape === undefined) pieces.push(Buffer.from(piece))
    else if (escape.length === 3) pieces.push(Buffer.from(escape.slice(1), 'hex'))
    else pieces.push(Buffer.from(escaped(escape)))
  }
  const bytes = Buffer.concat(pieces)
  if (bytes.length === 0) throw new InvalidArgumentError('It must not be empty.')
  return bytes
}

function escaped(letter: string): string {
  const known = ESCAPES[letter]
  if (known !== undefined) return known
  throw new InvalidArgumentError(
    `Unknown escape \\${letter}; there are \\n, \\r, \\t, \\0, \\\\ and \\xNN.`,
  )
}
