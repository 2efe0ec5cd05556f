/** A request that gets no answer: its connection is closed, and the reason told to whoever runs the broker. */
export class RefusedRequestError extends Error {
  override readonly name = 'RefusedRequestError'
}
