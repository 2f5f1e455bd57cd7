import type { Filters } from "./filters.ts";
import type { ShardRow } from "./shard.store.ts";

/** What a shard was narrowed to: regions (null for all) and filters. */
export function readNarrowing(shard: Pick<ShardRow, "narrowed_by">): { regions: string[] | null; filters: Filters } {
  return { regions: null, filters: {}, ...JSON.parse(shard.narrowed_by) };
}
