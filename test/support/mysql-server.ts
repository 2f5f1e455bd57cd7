import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "../../src/cli/ports.ts";
import { accountOf, type DatabaseServer, endProcess, handOver, startDatabaseProcess } from "./database-process.ts";
import { createServerCertificate } from "./server-certificate.ts";

export interface MysqlServer extends DatabaseServer {
  /** File of the authority that signed its certificate. */
  authority: string;
  /** User `reader` with the password `s3cret/word`, and the database `shop`. */
  address(host?: string): string;
}

/** Starts MariaDB with TLS, beside which plain connections are allowed too. */
export async function startMysql(): Promise<MysqlServer> {
  const account = accountOf("mysql");
  const folder = mkdtempSync(join(tmpdir(), "catchment-mysql-"));
  const data = join(folder, "data");
  mkdirSync(data);
  const { authority, certificate, key } = await createServerCertificate(folder);
  handOver([data, certificate, key, folder], account);
  execFileSync(
    "mariadb-install-db",
    ["--no-defaults", `--datadir=${data}`, "--auth-root-authentication-method=normal"],
    {
      ...account,
      stdio: "pipe",
    },
  );
  const port = await findFreePort();
  const socket = join(folder, "socket");
  const args = [
    ...["--no-defaults", `--datadir=${data}`, `--port=${port}`, "--bind-address=127.0.0.1", `--socket=${socket}`],
    ...[`--pid-file=${join(folder, "pid")}`, `--ssl-ca=${authority}`, `--ssl-cert=${certificate}`, `--ssl-key=${key}`],
    ...["--innodb-flush-log-at-trx-commit=2", "--character-set-server=utf8mb4", "--skip-name-resolve"],
  ];
  handOver([authority], account);
  const print = (sql: string, database: readonly string[] = ["shop"]) =>
    execFileSync(
      "mariadb",
      ["--no-defaults", "-S", socket, "-u", "root", "--default-character-set=utf8mb4", "-N", "-B", ...database],
      { input: sql, stdio: "pipe", encoding: "utf8", maxBuffer: 2 ** 28 },
    ).trimEnd();
  const ask = () => print("SELECT 1", []);
  const start = () => startDatabaseProcess("mariadbd", args, { account, ask });
  let child = await start();
  print("CREATE DATABASE shop; CREATE USER reader IDENTIFIED BY 's3cret/word'; GRANT SELECT ON shop.* TO reader;", []);
  return {
    port,
    authority,
    address: (host = "localhost") => `mysql://reader:s3cret%2Fword@${host}:${port}/shop`,
    print: (sql) => print(sql),
    kill: () => endProcess(child, "SIGKILL"),
    restart: async () => {
      child = await start();
    },
    stop: async () => {
      await endProcess(child, "SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
