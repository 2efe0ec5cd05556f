/** How regions of files have left, since the server began to listen. */
export interface TransferCounts {
  /** By sendfile(2) or splice(2), without passing through this process. */
  kernelBytes: number
  /** Of regions that were read and then written, the small pieces behind a full socket among them. */
  copiedBytes: number
  /** Written out of the page cache as it is mapped. */
  mappedBytes: number
  /** Times that a socket took no more. */
  fullCount: number
  /** Chunks that had to be brought in from the disk first. */
  coldCount: number
}

export function newTransferCounts(): TransferCounts {
  return { kernelBytes: 0, copiedBytes: 0, mappedBytes: 0, fullCount: 0, coldCount: 0 }
}
