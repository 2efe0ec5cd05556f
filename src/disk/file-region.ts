/** Bytes by where they lie: what can go from a file to a socket without passing through this process. */
export interface FileRegion {
  readonly path: string
  readonly position: number
  readonly size: number
}
