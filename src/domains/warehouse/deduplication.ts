import { joinNames } from "../../formats/flatten-names.ts";

/** Which rows of those with an equal key a model keeps. */
export type DeduplicationStrategy =
  | "none"
  | "append_only"
  | "latest_only"
  | "last_modified"
  | "first_seen"
  | "composite_key"
  | "row_number"
  | "scd_type2";

/** What a source's config says of it; names of columns as the files or the warehouse write them. */
export interface DeduplicationConfig {
  strategy: DeduplicationStrategy;
  primary_key?: string | readonly string[] | undefined;
  timestamp_column?: string | undefined;
  timestamp_sort?: "asc" | "desc" | undefined;
}

/** What a model does about rows with an equal key. */
export interface Deduplication {
  /** `rank` keeps the first row of each key, `history` all of them with the time in which they held. */
  keeps: "all" | "rank" | "history";
  key: readonly string[];
  /** The column that orders the rows of a key; null where only the order of the files does. */
  timestamp: string | null;
  descending: boolean;
  /** What nobody has configured, or cannot be done; null where all is as it was wanted. */
  warning: string | null;
}

const KEY_WORDS = ["id", "uuid", "key"];
const TIME_NAMES = [/(^|_)updated_at$/, /(^|_)modified_at$/, /(^|_)timestamp(_|$)/];

/** What a source's config says of rows with an equal key; undefined for kinds of sources that say nothing of it. */
export function readDeduplication(config: Record<string, unknown>): DeduplicationConfig | undefined {
  if (typeof config["deduplication_strategy"] !== "string") return undefined;
  const { deduplication_strategy, primary_key, timestamp_column, timestamp_sort } = config;
  // The schema of the config has checked them when the source was stored.
  return { strategy: deduplication_strategy, primary_key, timestamp_column, timestamp_sort } as DeduplicationConfig;
}

/**
 * Finds the columns that a strategy needs. Without a configured key it takes a column that is one by its name, and says
 * so; where there is none all rows are kept, since rows that cannot be told apart must not be lost.
 */
export function planDeduplication(names: readonly string[], config: DeduplicationConfig): Deduplication {
  const { strategy, timestamp_sort = "desc" } = config;
  const descending = strategy !== "first_seen" && timestamp_sort === "desc";
  const all = { keeps: "all", key: [], timestamp: null, descending } as const;
  if (strategy === "none" || strategy === "append_only") return { ...all, warning: null };
  const configured = [config.primary_key ?? []].flat();
  const missing = configured.filter((name) => findColumn(names, name) === undefined);
  if (missing.length > 0) {
    return { ...all, warning: `${strategy}: there is no column ${missing.join(", ")}, so all rows are kept` };
  }
  const inferred = configured.length > 0 ? undefined : inferKey(names);
  const key = inferred === undefined ? configured.flatMap((name) => findColumn(names, name) ?? []) : [inferred];
  if (key.length === 0) {
    return { ...all, warning: `${strategy}: no primary_key is set and no column looks like one, so all rows are kept` };
  }
  const time = planTime(names, config);
  const warnings = [inferred === undefined ? [] : `no primary_key is set, so ${inferred} is taken`, time.warning ?? []];
  const text = warnings.flat().join("; ");
  const keeps = strategy === "scd_type2" ? "history" : "rank";
  return { keeps, key, timestamp: time.column, descending, warning: text === "" ? null : `${strategy}: ${text}` };
}

function planTime(names: readonly string[], { timestamp_column }: DeduplicationConfig) {
  if (timestamp_column !== undefined) {
    const column = findColumn(names, timestamp_column) ?? null;
    const warning = column === null ? `there is no column ${timestamp_column}, so the order of the files counts` : null;
    return { column, warning };
  }
  const column = names.find((name) => TIME_NAMES.some((pattern) => pattern.test(name))) ?? null;
  const warning = column === null ? null : `no timestamp_column is set, so ${column} is taken`;
  return { column, warning };
}

/** `id` before `customer_id`; whole words only, so that `paid_at` is none. */
function inferKey(names: readonly string[]): string | undefined {
  const exact = names.find((name) => KEY_WORDS.includes(name));
  return exact ?? names.find((name) => name.split("_").some((word) => KEY_WORDS.includes(word)));
}

/** The column of a name as a file's header may write it. */
const findColumn = (names: readonly string[], name: string) =>
  names.find((each) => each === name) ?? names.find((each) => each === joinNames([name]));
