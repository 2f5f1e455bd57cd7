import type { Deduplication } from "./deduplication.ts";
import { FILE_COLUMN, FILE_TIME_COLUMN, LINE_COLUMN } from "./file-columns.ts";
import { quote } from "./loading/table-names.ts";

/** What a staging model reads. */
export interface StagingSelect {
  /** Where the rows are, as the model names it. */
  from: string;
  /** Columns that people see. */
  names: readonly string[];
  /** All columns of the table. */
  available: readonly string[];
  deduplication: Deduplication;
}

/** The query of a staging model, in the SQL that dbt's users write. */
export function renderStagingSelect(select: StagingSelect): string {
  const { from, names, deduplication } = select;
  if (deduplication.keeps === "all") return `SELECT\n${listOf(names)}\nFROM ${from}`;
  return deduplication.keeps === "rank" ? selectFirst(select) : selectHistory(select);
}

/** The first row of each key, in the order that counts. */
function selectFirst(select: StagingSelect): string {
  const { from, names, deduplication } = select;
  const rank = quote(freeName(names, "row_rank"));
  return `WITH ranked AS (
    SELECT
    ${listOf(names, "    ").trimStart()},
        row_number() OVER (
            PARTITION BY ${deduplication.key.map(quote).join(", ")}
            ORDER BY ${orderBy(select, deduplication.descending ? "DESC NULLS LAST" : "ASC NULLS LAST")}
        ) AS ${rank}
    FROM ${from}
)

SELECT
${listOf(names)}
FROM ranked
WHERE ${rank} = 1 ${orKeyless(deduplication)}`;
}

/** All rows of each key, each with the time from which and up to which it held. */
function selectHistory(select: StagingSelect): string {
  const { from, names, available, deduplication } = select;
  const { timestamp } = deduplication;
  const uploaded = available.includes(FILE_TIME_COLUMN) ? quote(FILE_TIME_COLUMN) : "NULL";
  const since = timestamp === null ? uploaded : quote(timestamp);
  const key = deduplication.key.map(quote).join(", ");
  const column = (name: string) => quote(freeName(names, name));
  const isCurrent = `${column("row_rank")} = 1 ${orKeyless(deduplication)}`;
  return `WITH versions AS (
    SELECT
    ${listOf(names, "    ").trimStart()},
        ${since} AS ${column("dbt_valid_from")},
        min(${since}) OVER (
            PARTITION BY ${key}
            ORDER BY ${orderBy(select, "ASC NULLS FIRST")}
            ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS ${column("next_from")},
        row_number() OVER (
            PARTITION BY ${key}
            ORDER BY ${orderBy(select, "DESC NULLS LAST")}
        ) AS ${column("row_rank")}
    FROM ${from}
)

SELECT
${listOf(names)},
    ${column("dbt_valid_from")},
    CASE WHEN ${isCurrent} THEN NULL ELSE ${column("next_from")} END AS ${column("dbt_valid_to")},
    CASE WHEN ${isCurrent} THEN TRUE ELSE FALSE END AS ${column("is_current")}
FROM versions`;
}

/** By time, then by the order in which the files came and their lines, else by every column: the same on each run. */
function orderBy({ names, available, deduplication }: StagingSelect, direction: string): string {
  const { timestamp, key } = deduplication;
  const files = [FILE_TIME_COLUMN, FILE_COLUMN, LINE_COLUMN].filter((name) => available.includes(name));
  const others = names.filter((name) => name !== timestamp && !key.includes(name));
  const order = [...(timestamp === null ? [] : [timestamp]), ...(files.length > 0 ? files : others)];
  return (order.length > 0 ? order : key).map((name) => `${quote(name)} ${direction}`).join(", ");
}

/** Rows without a key cannot be told apart, so none of them stands for another. */
const orKeyless = ({ key }: Deduplication) => key.map((name) => `OR ${quote(name)} IS NULL`).join(" ");

const listOf = (names: readonly string[], indent = "") =>
  names.map((name) => `${indent}    ${quote(name)}`).join(",\n");

/** The name, with underscores where a column has it already. */
function freeName(names: readonly string[], name: string): string {
  return names.includes(name) ? freeName(names, `${name}_`) : name;
}
