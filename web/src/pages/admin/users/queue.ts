/** What to do with many, one call each. */
export interface Work<T> {
  act: (item: T) => Promise<void>;
  /** How long a failed call asks to wait before it is made again, milliseconds; 0: it fails for good. */
  waitOf: (error: unknown) => number;
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  onDone: (left: number) => unknown;
  signal: AbortSignal;
}

/**
 * Empty a queue, some at once. What was done is out of it: the same queue can be taken up again after a failure, which
 * is raised once everything under way has ended. The first is done alone, since it may want the password.
 */
export async function empty<T>(queue: T[], atOnce: number, work: Work<T>): Promise<void> {
  let failed: { error: unknown } | undefined;
  async function next(): Promise<void> {
    const item = queue.shift();
    if (item === undefined) return;
    try {
      await work.act(item);
    } catch (error) {
      queue.unshift(item);
      const wait = work.waitOf(error);
      if (wait > 0) return work.sleep(wait, work.signal);
      failed ??= { error };
    }
    work.onDone(queue.length);
  }
  async function worker(): Promise<void> {
    while (queue.length > 0 && !failed && !work.signal.aborted) await next();
  }
  await next();
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (failed) throw failed.error;
}
