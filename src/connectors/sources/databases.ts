import { z } from "zod";
import { secretName } from "./config-fields.ts";
import type { SourceRow, SourceType } from "./source.ts";

/** A connection to a database server, as its driver gives it; whoever opens it closes it. */
export interface DatabaseConnection {
  /** Rows of one query; parameters are bound by the driver, never pasted into the text. */
  rows(sql: string, parameters: readonly unknown[]): Promise<SourceRow[]>;
  close(): Promise<void>;
}

const name = z.string().min(1).max(128);
const tables = z.array(name).min(1).optional().describe("All tables of the schema when absent");
const hyperdrive = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, "must be the name of a binding")
  .optional()
  .describe("Hyperdrive binding to connect through, in place of a direct TLS connection");

const postgresConfig = z.strictObject({
  credentials_env: secretName().describe("Address of the database: postgresql://user:password@host:5432/database"),
  schema: name.default("public"),
  table_names: tables,
  hyperdrive,
});

const mysqlConfig = z.strictObject({
  credentials_env: secretName().describe("Address of the database: mysql://user:password@host:3306/database"),
  schema: name.optional().describe("The database of the address when absent"),
  table_names: tables,
  hyperdrive,
});

export const postgres: SourceType<typeof postgresConfig> = {
  type: "postgres",
  group: "databases",
  title: "PostgreSQL",
  description: "Tables of a database that is reachable from the internet or by Hyperdrive",
  unavailable: null,
  config: postgresConfig,
};

export const mysql: SourceType<typeof mysqlConfig> = {
  type: "mysql",
  group: "databases",
  title: "MySQL",
  description: "Tables of a database that is reachable from the internet or by Hyperdrive",
  unavailable: null,
  config: mysqlConfig,
};
