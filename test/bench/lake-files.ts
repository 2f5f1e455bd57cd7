import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DuckDBInstance } from "@duckdb/node-api";
import type { World } from "./world.ts";

export const MANIFEST_ROWS = 100_000;
export const PREVIEW_ROWS = 1_000_000;
export const MINUTES_OF_YEAR = 365 * 24 * 60;

/** Candles of 2023 and on: plain prices, as a file of an exchange has them. */
const candles = (rows: number) => `SELECT 1672531200000 + i * 60000 AS ts, 42000 + i % 977 / 100 AS open,
  42010.25 + i % 977 / 100 AS high, 41990.5 + i % 131 / 8 AS low, 42001.01 + i % 89 / 100 AS close,
  i % 1013 / 1000 AS volume FROM range(${rows}) AS minutes(i)`;

const entries = `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${MANIFEST_ROWS})
  INSERT INTO manifest (exchange, market, symbol, type, timeframe, path, object_key, size_bytes, row_count, checksum,
    time_from, time_to, sealed, created_at, updated_at)
  SELECT 'BENCH', 'SPOT', 'S' || (n / 100) || 'USDT', 'raw', '1m',
    printf('data/BENCH/SPOT/S%dUSDT/raw/1m/2024/01/S%dUSDT_1m_%06d.parquet', n / 100, n / 100, n),
    'bench/' || n, 1024, 44640, 'none', 1704067200000, 1706745540000, 0, n, n FROM numbers`;

export interface LakeFiles {
  folder: string;
  year: string;
  million: string;
}

/** Fills the manifest of the world, and a folder for the peer with the same rows and the files of both. */
export async function createLakeFiles(world: World): Promise<LakeFiles> {
  const { folder } = world;
  const [year, million] = [join(folder, "year.csv"), join(folder, "million.parquet")];
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  await connection.run(`COPY (${candles(MINUTES_OF_YEAR)}) TO '${year}' (HEADER)`);
  await connection.run(`COPY (${candles(MINUTES_OF_YEAR)}) TO '${join(folder, "year.parquet")}' (FORMAT parquet)`);
  await connection.run(`COPY (${candles(PREVIEW_ROWS)}) TO '${million}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  await world.query(entries);
  const copy = new DatabaseSync(join(folder, "manifest.sqlite"));
  copy.exec(`CREATE TABLE manifest (id INTEGER PRIMARY KEY, exchange, market, symbol, type, timeframe, path, object_key,
    size_bytes, row_count, checksum, time_from, time_to, sealed, created_at, updated_at)`);
  copy.exec(entries);
  copy.close();
  return { folder, year, million };
}
