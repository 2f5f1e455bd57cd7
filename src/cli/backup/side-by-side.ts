/** Does the work for each item, at most `limit` at a time; the first error ends it once the others under way have ended. */
export async function sideBySide<T>(
  items: AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  let fault: { error: unknown } | undefined;
  for await (const item of items) {
    if (fault) break;
    const task = work(item)
      .catch((error: unknown) => {
        fault ??= { error };
      })
      .finally(() => underWay.delete(task));
    underWay.add(task);
    if (underWay.size >= limit) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  if (fault) throw fault.error;
}
