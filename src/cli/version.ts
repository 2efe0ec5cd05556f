import { createRequire } from 'node:module'

/** As package.json says; read only when somebody asks. */
export function packageVersion(): string {
  const manifest = createRequire(import.meta.url)('../../package.json') as { version: string }
  return manifest.version
}
