import { Client, type QueryArrayConfig, Query } from "pg";
import type { SourceIo } from "../source.ts";
import { type ConnectionConfig, openConnection } from "../databases/address.ts";
import { type Cells, closeStream, type DatabaseConnection, limitTime } from "../databases/connection.ts";
import { postgresFailure } from "./failures.ts";

const PROTOCOL = {
  title: "PostgreSQL",
  schemes: ["postgresql", "postgres"],
  port: 5432,
  // One letter says whether there will be TLS.
  isGreeting: () => true,
};

/** Values are printed in one way whatever the server is set to; what a transaction sets, poolers hand to nobody else. */
const BEGIN = `BEGIN READ ONLY;
SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL timezone = 'UTC';
SET LOCAL intervalstyle = 'iso_8601';
SET LOCAL extra_float_digits = 1;
SET LOCAL bytea_output = 'hex';
SET LOCAL statement_timeout = '50s'`;

/** Values stay as the server prints them. */
const types = { getTypeParser: () => (text: string | null) => text };

/** Connects and logs in, to read only. Throws `AppError`s that say what is wrong, without a part of the credentials. */
export async function connectPostgres(io: SourceIo, config: ConnectionConfig): Promise<DatabaseConnection> {
  const { name, login, stream, secure } = await openConnection(io, config, PROTOCOL);
  const stopLimit = limitTime(stream, name);
  const client = new Client({
    user: login.user,
    // An empty text would make the driver look for a file.
    password: () => login.password,
    database: login.database === "" ? login.user : login.database,
    ssl: secure,
    stream: () => stream,
  });
  // Whoever waits for an answer gets the error, too.
  client.on("error", () => undefined);
  const close = async () => {
    stopLimit();
    await closeStream(stream, () => client.end());
  };
  const fail = (error: unknown) => {
    throw postgresFailure(name, error, stream.errored);
  };
  try {
    await client.connect();
    await client.query(BEGIN);
  } catch (error) {
    await close();
    return fail(error);
  }
  return {
    rows: async (text, values) => {
      const query: QueryArrayConfig = { text, values: [...values], rowMode: "array", types };
      const { rows } = await client.query<(string | null)[]>(query).catch(fail);
      return rows;
    },
    each: (text, values, take) =>
      new Promise<void>((resolve, reject) => {
        const asked: QueryArrayConfig = { text, values: [...values], rowMode: "array", types };
        const query = new Query<Cells>(asked);
        let isWanted = true;
        query.on("row", (cells) => {
          if (!isWanted || take(cells)) return;
          isWanted = false;
          stream.destroy();
          resolve();
        });
        query.on("end", () => resolve());
        query.on("error", (error) => reject(postgresFailure(name, error, stream.errored)));
        client.query(query);
      }),
    close,
  };
}
