import type { PostgresConfig } from "../databases.ts";
import type { DatabaseConnection } from "../databases/connection.ts";
import { openDatabase } from "../databases/open-database.ts";
import { type PagePlan, planCountedPage, planKeyPage } from "../databases/page-plan.ts";
import { type KeyPosition, MOST_ROWS, type SqlDialect } from "../databases/page-query.ts";
import type { SourceTable } from "../databases/table.ts";
import type { OpenSource, SourceIo } from "../source.ts";
import { readCatalogue } from "./catalogue.ts";
import { connectPostgres } from "./driver.ts";

/** Pages of a file that are looked through for one page of rows: a megabyte. */
const BLOCKS = 128;

const dialect: SqlDialect = {
  placeholder: (index) => `$${index}`,
  isAfter: (columns, bind) => {
    const names = columns.map(({ order }) => order).join(", ");
    return `(${names}) > (${bind.map((value) => value()).join(", ")})`;
  },
  dayAfter: (day) => `(${day} + interval '1 day')`,
};

/** Opens the tables of a schema. */
export function openPostgres(config: PostgresConfig, io: SourceIo): OpenSource {
  return openDatabase({
    config,
    connect: () => connectPostgres(io, config),
    schema: async () => config.schema,
    readCatalogue,
    plan: async (connection, from, table, position, range) => {
      // Only these plans write positions.
      if (table.keyColumns.length > 0) {
        return planKeyPage(dialect, from, table, position as KeyPosition | null, range);
      }
      if ("hasPlaces" in table && table.hasPlaces) {
        return planPlacedPage(connection, from, table, position as { after: string } | null);
      }
      return planCountedPage(from, table, "(t.*)::text", position as { offset: number } | null);
    },
  });
}

/**
 * A page of a table without a key, by the places of its rows in the file: a row that changes meanwhile moves, and may be
 * read twice or not at all; every other one is read once.
 */
async function planPlacedPage(
  connection: DatabaseConnection,
  from: string,
  { columns }: SourceTable,
  position: { after: string } | null,
): Promise<PagePlan> {
  const after = position?.after ?? "(0,0)";
  const end = Number(/\d+/.exec(after)?.[0]) + BLOCKS;
  const size = "SELECT pg_relation_size($1::text::regclass) / current_setting('block_size')::int";
  const [[blocks] = []] = await connection.rows(size, [from]);
  const selected = [...columns.map(({ select }) => select), "t.ctid"].join(", ");
  const where = "t.ctid > $1::text::tid AND t.ctid < $2::text::tid";
  const sql = `SELECT ${selected} FROM ${from} AS t WHERE ${where} ORDER BY t.ctid LIMIT ${MOST_ROWS}`;
  return {
    query: { sql, parameters: [after, `(${end},0)`] },
    next: ({ last, isFull }) => {
      if (isFull && last?.[0] !== undefined) return { after: last[0] };
      return end < Number(blocks) ? { after: `(${end},0)` } : null;
    },
  };
}
