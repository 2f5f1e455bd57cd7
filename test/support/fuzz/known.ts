import fc, { type Arbitrary } from "fast-check";
import { isRecord } from "./operations.ts";
import { pickToken } from "./pool.ts";

/** Where nobody listens: what a user-given address leads to. */
export const CLOSED_URL = "http://127.0.0.1:9/";
/** Of somebody, so that signing in succeeds at times. */
export const KNOWN_LOGIN = { email: "known@example.com", password: "a known password" };

/** Words by which places that have no example are found. */
export const WORDS: Record<string, string[]> = {
  sql: [
    "SELECT 1",
    "SELECT * FROM raw_fuzz__orders",
    "SELECT count(*) FROM raw_fuzz__orders GROUP BY 1 --",
    "WITH a AS (SELECT 1 AS x) SELECT * FROM a",
    "SELECT * FROM _catchment_fence",
    "DELETE FROM raw_fuzz__orders",
    "SELECT 1; DROP TABLE raw_fuzz__orders",
    "SELECT json_extract('{}', '$[')",
    "SELECT 9223372036854775807 + 1, x'00ff', 1e999, NULL",
    "SELECT * FROM pragma_table_info('sqlite_master')",
    "SELECT zeroblob(100000000)",
    "SELECT count(*) FROM raw_fuzz__orders a, raw_fuzz__orders b, raw_fuzz__orders c",
    "VALUES (1),(2",
  ],
  type: ["csv", "rest", "stripe", "postgres", "mysql"],
  source_name: ["fuzz"],
  username: [KNOWN_LOGIN.email],
  password: [KNOWN_LOGIN.password],
  part: ["1"],
  schema: ["main", "raw_fuzz"],
  folder: ["redoc"],
  file: ["redoc.standalone.js"],
  provider: ["aws", "azure", "gcp"],
  topic: ["platform"],
  exchange: ["binance", "bench", "kraken"],
  symbol: ["BTCUSDT"],
  y: ["amount"],
  x: ["id"],
  model_name: ["one"],
};

/** Where the ids are from that a field of such a name has. */
const PLACES: Record<string, string> = {
  user: "at:/admin/users",
  user_id: "at:/admin/users",
  member_id: "at:/admin/users",
  grantee_id: "at:/admin/users",
  instrument_id: "at:/api/instruments",
  default_storage_location_id: "at:/api/storage-locations",
  service_account_id: "at:/api/service-accounts",
  from: "job_id",
  to: "job_id",
};

/** A known value of these kinds; a route under a second prefix has the ids of the first. */
export const pick = (kinds: string[]): Arbitrary<string> => {
  const places = kinds.flatMap((kind) => [kind, PLACES[kind] ?? kind.replace("at:/api/v1/", "at:/")]);
  return fc.nat({ max: 10_000 }).map((number) => pickToken([...new Set(places)], number));
};

export const email: Arbitrary<string> = fc.oneof(
  fc.constant(KNOWN_LOGIN.email),
  fc.nat({ max: 500 }).map((number) => `fuzz-${number}@example.com`),
);

/** Examples name hosts of the internet; what is asked of them is to end on this machine. */
export function withoutHosts(value: unknown): unknown {
  if (typeof value === "string")
    return /^\w+:\/\//.test(value) ? CLOSED_URL : value.replace(/^[\w.-]+\.example\.\w+$/, "127.0.0.1");
  if (Array.isArray(value)) return value.map(withoutHosts);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withoutHosts(entry)]));
}
