import { type Call, deliver, formOf } from "./call.ts";
import type { Markers } from "./markers.ts";
import { asRecord } from "./operations.ts";
import type { Pool } from "./pool.ts";
import { CLOSED_URL, KNOWN_LOGIN } from "./known.ts";

export interface Garden {
  origin: string;
  call: Call;
  admin: string;
  pool: Pool;
  markers: Markers;
  /** Remembers what nobody who may is to change, and returns it. */
  keep(value: unknown): string;
}

export interface Person {
  name: string;
  token: string;
  /** Where their things can be read. */
  paths: string[];
}

/** Makes a person with something of their own in every place that is private. */
export async function plantPerson({ origin, call, admin, pool, markers, keep }: Garden, name: string): Promise<Person> {
  const password = markers.secret(`${name}'s password`);
  const email = `${markers.mark(`${name}'s address`, name, "admin")}@example.com`;
  const grants = { instruments: "read", "market-data": "write", inventory: "write", warehouse: "write" };
  const user_id = keep((await call(admin, "POST", "/admin/users", { email, password, grants }))["id"]);
  const login = await call(null, "POST", "/user/login", { email, password });
  const token = markers.secret(`${name}'s token`, String(login["access_token"]));

  const file = keep(`${markers.mark(`the name of ${name}'s file`, name)}.csv`);
  const note = markers.mark(`the content of ${name}'s file`, name);
  await call(token, "POST", "/data/files", formOf(file, `id,amount,note\n1,2,${note}\n`));
  pool.add("at:/data/files", file);

  await call(token, "POST", "/netbank/credentials", {
    username: markers.mark(`${name}'s user name at the bank`, name),
    account_number: "11111111-22222222",
    password: markers.secret(`${name}'s password at the bank`),
    bank: "demo-bank",
  });

  const filename = `${markers.mark(`the name of ${name}'s upload`, name)}.csv`;
  const { upload_id } = await call(token, "POST", "/uploads", { filename, size_bytes: 10 });
  pool.add("at:/uploads", keep(upload_id));

  const url = `${CLOSED_URL}${markers.mark(`the address of ${name}'s webhook`, name)}`;
  const webhook = await call(token, "POST", "/webhooks", { url });
  markers.secret(`the secret of ${name}'s webhook`, String(webhook["secret"]));
  pool.add("at:/webhooks", keep(webhook["id"]));

  const file_id = await plantMeasurement({ origin, call, admin, pool, markers, keep }, name, user_id);
  return {
    name,
    token,
    paths: [
      `/data/files/${file}/preview`,
      `/uploads/${upload_id}`,
      `/webhooks/${webhook["id"]}`,
      `/api/files/${file_id}`,
    ],
  };
}

/** A file of an instrument that only this person was granted. */
async function plantMeasurement(garden: Garden, name: string, user_id: string): Promise<string> {
  const { origin, call, admin, pool, markers, keep } = garden;
  const made = await call(admin, "POST", "/api/instruments", {
    name: markers.mark(`the name of ${name}'s instrument`, name, "admin"),
    transfer_config: { type: "push" },
  });
  const instrument_id = keep(made["id"]);
  pool.add("at:/api/instruments", instrument_id);
  const { token } = await call(admin, "POST", `/api/instruments/${instrument_id}/tokens`, { name: "PC" });
  const delivery = markers.secret(`the token of ${name}'s instrument`, String(token));
  const path = `${markers.mark(`the name of ${name}'s measurement`, name, "admin")}.txt`;
  const content = markers.mark(`${name}'s measurement`, name, "admin");
  await deliver(`${origin}/dav/${instrument_id}/${path}`, delivery, content);
  await call(admin, "PUT", `/api/instruments/${instrument_id}/access/${user_id}`);
  const files = Object.values(await call(admin, "GET", `/api/files?instrument_id=${instrument_id}`));
  const file_id = keep(asRecord(files[0])["id"]);
  pool.add("at:/api/files", file_id);
  return file_id;
}

/** Something in every place that people share, with secrets that nobody may read. */
export async function plantShared({ call, admin, markers }: Garden): Promise<void> {
  await call(null, "POST", "/user/register", KNOWN_LOGIN);
  await call(admin, "PUT", "/api/secrets/fuzz_secret", { value: markers.secret("a source's secret") });
  await call(admin, "POST", "/api/sources", { name: "fuzz", type: "csv", config: {} });
  await call(admin, "POST", "/api/sources/fuzz/upload-csv", formOf("orders.csv", "id,amount\n1,2\n3,4\n"));
  const password = markers.secret("a service account's password");
  await call(admin, "POST", "/api/service-accounts", { name: "fuzz", username: "fuzz", password });
  const secret_access_key = markers.secret("a cloud's secret");
  const credentials = { access_key_id: "AKIAIOSFODNN7EXAMPLE", secret_access_key };
  await call(admin, "PUT", "/extraction/credentials/aws/123456789012", credentials);
  const candles = "timestamp,open,high,low,close,volume\n1704067200000,1,2,0.5,1.5,10\n";
  const series = { exchange: "bench", symbol: "BTCUSDT" };
  await call(admin, "POST", "/api/v1/ingest/file", formOf("candles.csv", candles, series));
  const project = "name: fuzz\nversion: '1.0'\nmodel-paths: [models]\n";
  await call(admin, "PUT", "/api/dbt/project/dbt_project.yml", project);
  await call(admin, "PUT", "/api/dbt/project/models/one.sql", "select 1 as id");
}
