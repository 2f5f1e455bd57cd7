import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "../../src/cli/ports.ts";
import { accountOf, type DatabaseServer, endProcess, handOver, startDatabaseProcess } from "./database-process.ts";
import { createServerCertificate } from "./server-certificate.ts";

const VERSIONS = "/usr/lib/postgresql";

export interface PostgresServer extends DatabaseServer {
  /** File of the authority that signed its certificate. */
  authority: string;
  /** User `reader` with the password `s3cret/word`, and the database `shop`. */
  address(host?: string): string;
}

/** Where Debian keeps the newest server. */
export function postgresPrograms(): string {
  const [newest = ""] = readdirSync(VERSIONS).toSorted((a, b) => Number(b) - Number(a));
  return join(VERSIONS, newest, "bin");
}

/** Starts PostgreSQL with TLS, beside which plain connections are allowed too. */
export async function startPostgres(): Promise<PostgresServer> {
  const account = accountOf("postgres");
  const folder = mkdtempSync(join(tmpdir(), "catchment-postgres-"));
  const data = join(folder, "data");
  mkdirSync(data);
  const { authority, certificate, key } = await createServerCertificate(folder);
  handOver([data, certificate, key, folder], account);
  const programs = postgresPrograms();
  const port = await findFreePort();
  const options = { ...account, stdio: "pipe" as const };
  execFileSync(join(programs, "initdb"), ["-D", data, "-U", "owner", "-A", "trust", "-E", "UTF8"], options);
  writeFileSync(
    join(data, "pg_hba.conf"),
    "local all owner trust\nhost all all 127.0.0.1/32 scram-sha-256\nhost all all ::1/128 scram-sha-256\n",
  );
  const settings = {
    ...{ port, listen_addresses: "127.0.0.1", unix_socket_directories: folder, fsync: "off" },
    ...{ ssl: "on", ssl_cert_file: certificate, ssl_key_file: key },
  };
  const args = ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
  const print = (sql: string, database = "shop") =>
    execFileSync(
      "psql",
      ["-h", folder, "-p", String(port), "-U", "owner", "-d", database, "-qAtX", "-v", "ON_ERROR_STOP=1"],
      {
        input: sql,
        stdio: "pipe",
        encoding: "utf8",
        maxBuffer: 2 ** 28,
        env: { ...process.env, PGOPTIONS: "-c timezone=UTC" },
      },
    ).trimEnd();
  const ask = () => print("SELECT 1", "postgres");
  const start = () => startDatabaseProcess(join(programs, "postgres"), args, { account, ask });
  let child = await start();
  print("CREATE ROLE reader LOGIN PASSWORD 's3cret/word'; CREATE DATABASE shop;", "postgres");
  return {
    port,
    authority,
    address: (host = "localhost") => `postgresql://reader:s3cret%2Fword@${host}:${port}/shop`,
    print: (sql) => print(sql),
    kill: async () => {
      // An immediate shutdown: the server's children do not survive it.
      await endProcess(child, "SIGQUIT");
    },
    restart: async () => {
      child = await start();
    },
    stop: async () => {
      await endProcess(child, "SIGQUIT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
