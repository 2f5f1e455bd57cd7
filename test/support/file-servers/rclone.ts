import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** How rclone names what our settings name, for each type of filesystem. */
const describers: Record<string, (settings: Settings) => { path: string; options: Settings }> = {
  webdav: ({ url, username, password }) => ({
    path: "",
    options: { url, user: username, pass: password, vendor: "other" },
  }),
  s3: ({ bucket, prefix = "", endpoint_url, region, access_key_id, secret_access_key }) => ({
    path: `${bucket}/${prefix}`,
    options: { provider: "Other", endpoint: endpoint_url, region, access_key_id, secret_access_key },
  }),
  sftp: ({ path = "", host, port, username, private_key }) => ({
    path,
    options: { host, port, user: username, key_file: private_key, disable_hashcheck: "true" },
  }),
  ftp: ({ path = "", host, port, username, password }) => ({
    path,
    options: { host, port, user: username, pass: password },
  }),
  local: ({ path = "" }) => ({ path, options: {} }),
};

type Settings = Record<string, string | undefined>;

/** A folder of a server as rclone sees it, by a client that is not ours. */
export interface RcloneRemote {
  /** Runs a command whose arguments may name `remote:` and get back what it printed. */
  run(...args: string[]): Promise<string>;
  remove(): void;
}

/** Opens what a connector's settings name. */
export async function openRemote({ type, ...given }: Record<string, unknown>): Promise<RcloneRemote> {
  const describe = describers[String(type)];
  if (!describe) throw new Error(`rclone has no ${String(type)}`);
  const folder = mkdtempSync(join(tmpdir(), "catchment-rclone-"));
  const settings = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));
  const { path, options } = describe(settings);
  if (options["pass"]) options["pass"] = (await run("rclone", ["obscure", options["pass"]])).stdout.trim();
  if (options["key_file"]) {
    writeFileSync(join(folder, "key"), options["key_file"], { mode: 0o600 });
    options["key_file"] = join(folder, "key");
  }
  const config = join(folder, "rclone.conf");
  const lines = Object.entries({ type, ...options }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} = ${String(value)}\n`],
  );
  writeFileSync(config, `[remote]\n${lines.join("")}`);
  return {
    async run(...args) {
      const named = args.map((arg) => (arg.startsWith("remote:") ? `remote:${path}${arg.slice(7)}` : arg));
      // Its S3 client takes no certificates from elsewhere, and a machine may name some.
      const { AWS_CA_BUNDLE: _, ...env } = process.env;
      const { stdout, stderr } = await run("rclone", ["--config", config, "--retries", "1", ...named], { env });
      return `${stdout}${stderr}`;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
