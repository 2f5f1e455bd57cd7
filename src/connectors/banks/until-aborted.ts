/** What the work gives, or what `giveUp` gives or throws when the signal is aborted before. */
export async function untilAborted<Result>(
  signal: AbortSignal,
  work: Promise<Result>,
  giveUp: () => Result | Promise<Result>,
): Promise<Result> {
  const aborted = Promise.withResolvers<null>();
  const stop = () => aborted.resolve(null);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    // What the aborted work says of itself, before or after, is of no use to anybody.
    const settled = await Promise.race([aborted.promise, work.then((result) => ({ result }))]).catch(
      (error: unknown) => {
        if (signal.aborted) return null;
        throw error;
      },
    );
    return settled ? settled.result : await giveUp();
  } finally {
    signal.removeEventListener("abort", stop);
    work.catch(() => undefined);
  }
}

/** Waits some milliseconds, or until the signal is aborted. */
export function pause(delay_ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, delay_ms);
  const stop = () => {
    clearTimeout(timer);
    resolve();
  };
  signal.addEventListener("abort", stop, { once: true });
  return promise.finally(() => signal.removeEventListener("abort", stop));
}
