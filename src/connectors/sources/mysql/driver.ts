import { type Connection, createConnection, type QueryOptions } from "mysql2";
import type { SourceIo } from "../source.ts";
import { type ConnectionConfig, openConnection } from "../databases/address.ts";
import { type Cells, closeStream, type DatabaseConnection, limitTime } from "../databases/connection.ts";
import { mysqlFailure } from "./failures.ts";

const PROTOCOL = { title: "MySQL", schemes: ["mysql", "mariadb"], port: 3306, isGreeting: isWholePacket };

/** Takes a statement off the server that nobody waits for any more; MySQL counts milliseconds, MariaDB seconds. */
const TIME_LIMITS = "/*!50708 , SESSION max_execution_time = 50000 */ /*M!100101 , SESSION max_statement_time = 50 */";

/**
 * The modes make text of a statement mean the same on every server. Each kind of server ignores the other's comment:
 * https://mariadb.com/kb/en/comment-syntax/
 */
const BEGIN = [
  `SET SESSION sql_mode = 'ANSI_QUOTES', SESSION time_zone = '+00:00' ${TIME_LIMITS}`,
  "START TRANSACTION READ ONLY",
] as const;

/** Connects and logs in, to read only. Throws `AppError`s that say what is wrong, without a part of the credentials. */
export async function connectMysql(
  io: SourceIo,
  config: ConnectionConfig & { schema?: string | undefined },
): Promise<DatabaseConnection> {
  const { name, login, stream, secure } = await openConnection(io, config, PROTOCOL);
  const stopLimit = limitTime(stream, name);
  const connection = createConnection({
    user: login.user,
    password: login.password,
    database: config.schema ?? login.database,
    ...(secure ? { ssl: {} } : {}),
    stream,
    charset: "utf8mb4",
    // The runtime allows no code that is made of texts.
    disableEval: true,
    rowsAsArray: true,
    connectTimeout: 0,
  });
  // The driver's own way asks for options of TLS that the runtime does not have.
  Object.assign(connection, {
    startTLS: (onSecure: () => void) => {
      stream.startTls();
      onSecure();
    },
  });
  // The driver tells of a lost connection here alone when the query under way hands on its rows one by one.
  const lost = new Promise<never>((_, reject) => connection.on("error", reject));
  lost.catch(() => undefined);
  const close = async () => {
    stopLimit();
    await closeStream(stream, () => new Promise((resolve) => connection.end(resolve)));
  };
  const fail = (error: unknown) => mysqlFailure(name, error, stream.errored);
  try {
    await Promise.race([logIn(connection), lost]);
    for (const sql of BEGIN) await readRows(connection, { sql });
  } catch (error) {
    await close();
    throw fail(error);
  }
  return {
    rows: async (sql, values) => {
      try {
        return await readRows(connection, { sql, values: [...values] });
      } catch (error) {
        throw fail(error);
      }
    },
    each: (sql, values, take) => {
      const read = new Promise<void>((resolve, reject) => {
        let isWanted = true;
        const query = connection.query({ sql, values: [...values], typeCast: readText });
        query.on("result", (cells) => {
          // Rows are arrays by `rowsAsArray`.
          if (!isWanted || take(cells as unknown as Cells)) return;
          isWanted = false;
          stream.destroy();
          resolve();
        });
        query.on("end", () => resolve());
        query.on("error", reject);
      });
      return Promise.race([read, lost]).catch((error: unknown) => {
        throw fail(error);
      });
    },
    close,
  };
}

/** The length of the greeting is in its first three bytes, behind which come its number and itself. */
function isWholePacket(bytes: Uint8Array): boolean {
  const [first = 0, second = 0, third = 0] = bytes;
  return bytes.length >= 4 && bytes.length >= 4 + first + second * 0x100 + third * 0x1_00_00;
}

function logIn(connection: Connection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
}

function readRows(connection: Connection, query: QueryOptions): Promise<Cells[]> {
  return new Promise((resolve, reject) => {
    connection.query({ ...query, typeCast: readText }, (error, rows) => {
      if (error) return reject(error);
      // Rows are arrays of what `readText` gives by `rowsAsArray`; a statement without any answers no list.
      resolve(Array.isArray(rows) ? (rows as unknown as Cells[]) : []);
    });
  });
}

/** Values stay as the server prints them. */
const readText: QueryOptions["typeCast"] = (field) => field.string("utf8");
