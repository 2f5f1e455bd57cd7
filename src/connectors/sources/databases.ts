import { z } from "zod";
import { loadLazily } from "../../lazy-modules.ts";
import { secretName } from "./config-fields.ts";
import type { OpenSource, SourceType } from "./source.ts";

const name = () => z.string().min(1).max(128);

const tableOptions = z.strictObject({
  cursor_column: name()
    .optional()
    .describe("Column that grows with every change; a sync reads rows from its last value on"),
  primary_key: z
    .array(name())
    .min(1)
    .optional()
    .describe("Columns that tell rows apart; the primary key of the table, or a unique one, when absent"),
});

const shared = {
  table_names: z.array(name()).min(1).optional().describe("All tables of the schema when absent; views must be named"),
  tables: z.record(name(), tableOptions).optional().describe("Options of single tables, by their names"),
  sslmode: z
    .enum(["require", "disable"])
    .default("require")
    .describe("require checks certificate and name; disable is for hosts of ALLOW_PRIVATE_HOSTS"),
  hyperdrive_binding: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/, "must be the name of a binding")
    .optional()
    .describe("Hyperdrive binding to connect through, in place of credentials_env"),
};

const isReachable = (config: { credentials_env?: string | undefined; hyperdrive_binding?: string | undefined }) =>
  config.credentials_env !== undefined || config.hyperdrive_binding !== undefined;
const unreachable = { path: ["credentials_env"], message: "is missing, and there is no hyperdrive_binding" };

const postgresConfig = z
  .strictObject({
    credentials_env: secretName()
      .optional()
      .describe("Address of the database: postgresql://user:password@host:5432/database"),
    schema: name().default("public"),
    ...shared,
  })
  .refine(isReachable, unreachable);
export type PostgresConfig = z.output<typeof postgresConfig>;

const mysqlConfig = z
  .strictObject({
    credentials_env: secretName()
      .optional()
      .describe("Address of the database: mysql://user:password@host:3306/database"),
    schema: name().optional().describe("The database of the address when absent"),
    ...shared,
  })
  .refine(isReachable, unreachable);
export type MysqlConfig = z.output<typeof mysqlConfig>;

/** Drivers are loaded when a source is asked for the first time; it is opened once, since it knows what it has read. */
function openLater(load: () => Promise<OpenSource>): OpenSource {
  let opened: Promise<OpenSource> | undefined;
  const open = () => (opened ??= load());
  return {
    check: async () => (await open()).check(),
    resources: async () => (await open()).resources(),
    page: async (resource, position, range) => (await open()).page(resource, position, range),
  };
}

/** PostgreSQL: https://www.postgresql.org/docs/current/protocol.html */
export const postgres: SourceType<typeof postgresConfig> = {
  type: "postgres",
  group: "databases",
  title: "PostgreSQL",
  description: "Tables of a database that is reachable from the internet or by Hyperdrive",
  unavailable: null,
  config: postgresConfig,
  open: (config, io) => openLater(async () => (await loadLazily("postgres")).openPostgres(config, io)),
};

/** MySQL and MariaDB: https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html */
export const mysql: SourceType<typeof mysqlConfig> = {
  type: "mysql",
  group: "databases",
  title: "MySQL",
  description: "Tables of a MySQL or MariaDB database that is reachable from the internet or by Hyperdrive",
  unavailable: null,
  config: mysqlConfig,
  open: (config, io) => openLater(async () => (await loadLazily("mysql")).openMysql(config, io)),
};
