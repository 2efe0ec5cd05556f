/** What of a log is wanted. */
/** Half open: `to` is the first that is not wanted. */
export interface DumpRange {
  readonly offsets: { readonly from: bigint; readonly to: bigint } | undefined
  /** Milliseconds since 1970. */
  readonly timestamps: { readonly from: bigint; readonly to: bigint } | undefined
}

export const EVERYTHING: DumpRange = { offsets: undefined, timestamps: undefined }
