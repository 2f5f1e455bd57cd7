import { unprocessable } from "../../../errors.ts";
import type { MysqlConfig } from "../databases.ts";
import { openDatabase } from "../databases/open-database.ts";
import { planCountedPage, planKeyPage } from "../databases/page-plan.ts";
import type { KeyPosition, SqlDialect } from "../databases/page-query.ts";
import type { TableColumn } from "../databases/table.ts";
import type { OpenSource, SourceIo } from "../source.ts";
import { readCatalogue } from "./catalogue.ts";
import { connectMysql } from "./driver.ts";

const dialect: SqlDialect = {
  placeholder: () => "?",
  isAfter,
  dayAfter: (day) => `(${day} + INTERVAL 1 DAY)`,
};

/** Opens the tables of a database. */
export function openMysql(config: MysqlConfig, io: SourceIo): OpenSource {
  return openDatabase({
    config,
    connect: () => connectMysql(io, config),
    schema: async (connection) => {
      const [[schema] = []] = await connection.rows("SELECT DATABASE()", []);
      if (schema) return schema;
      throw unprocessable([{ field: "config.schema", message: "is missing, and the address names no database" }]);
    },
    readCatalogue,
    plan: async (_connection, from, table, position, range) => {
      // Only these plans write positions.
      if (table.keyColumns.length > 0) {
        return planKeyPage(dialect, from, table, position as KeyPosition | null, range);
      }
      return planCountedPage(from, table, contentOf(table.columns), position as { offset: number } | null);
    },
  });
}

/**
 * All that is read of a row, so that only equal rows tie: bare columns tie by their collation, and long ones by their
 * beginning.
 */
function contentOf(columns: readonly TableColumn[]): string {
  const values = columns.map(({ select }) => `ifnull(sha2(convert(${select} USING utf8mb4), 256), '')`);
  return `sha2(concat_ws(',', ${values.join(", ")}), 256)`;
}

/** Written out: of a comparison of whole rows MySQL does not use an index. */
function isAfter([column, ...columns]: readonly TableColumn[], [bind, ...binds]: readonly (() => string)[]): string {
  if (!column || !bind) return "FALSE";
  if (columns.length === 0) return `${column.order} > ${bind()}`;
  const first = `${column.order} >= ${bind()}`;
  return `(${first} AND (${column.order} > ${bind()} OR ${isAfter(columns, binds)}))`;
}
