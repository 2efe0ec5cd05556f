/**
 * Runs tasks side by side and hands out their results in order. A result that is not whole yet (see SegmentResult) is
 * handed out as well, and its task gone on with only when it has been taken: what waits in memory is bounded by the
 * number of tasks that run ahead, whatever the first of them finds.
 */
export interface Continued<Task, Result> {
  readonly run: (task: Task) => Promise<Result>
  /** The rest of the task, or undefined where the result is the last of it. */
  readonly rest: (task: Task, result: Result) => Task | undefined
}

export async function* inOrder<Task, Result>(
  tasks: Iterator<Task>,
  { run, rest }: Continued<Task, Result>,
  ahead: number,
): AsyncGenerator<{ readonly task: Task; readonly result: Result }> {
  const running: { task: Task; result: Promise<Result> }[] = []
  for (;;) {
    while (running.length < ahead) {
      const next = tasks.next()
      if (next.done === true) break
      running.push({ task: next.value, result: observed(run(next.value)) })
    }
    const first = running[0]
    if (first === undefined) return
    const result = await first.result
    yield { task: first.task, result }
    const more = rest(first.task, result)
    if (more === undefined) running.shift()
    else running[0] = { task: more, result: observed(run(more)) }
  }
}

/** A task that fails before its turn has come must not end the process; the failure is met when it is awaited. */
function observed<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
