import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./child.ts";
import { createMissing, readWranglerConfig } from "./cloud-resources.ts";
import { openAccount } from "./cloudflare.ts";
import { composeDeployedVars } from "./deployed-vars.ts";
import type { Vars } from "./dev-vars.ts";
import { runCommand } from "./failure.ts";
import { runWrangler } from "./wrangler.ts";

/** `npm run deploy`: creates what the account lacks, migrates both databases and uploads the Worker with its secrets. */
await runCommand(async () => {
  const config = readWranglerConfig();
  const account = await openAccount(process.env);
  const env = { CLOUDFLARE_ACCOUNT_ID: account.id };
  // Decided before anything is created, so that a question left open leaves no half-made deployment behind.
  const { secrets, vars, generatedPassword } = await composeDeployedVars(account, config.name, process.env);

  for (const created of await createMissing(account, config)) console.log(`Created ${created}.`);
  for (const { binding, database_name } of config.d1_databases) {
    await runWrangler(["d1", "migrations", "apply", binding, "--remote"], env);
    console.log(`Migrated ${database_name}.`);
  }
  await withSecretsFile(secrets, (file) => runWrangler(deployArguments(file, vars), env));

  const put = Object.keys(secrets);
  if (put.length > 0) console.log(`Put secrets ${put.join(", ")}.`);
  if (generatedPassword !== undefined) {
    console.log(`Admin ${secrets.ADMIN_EMAIL}, password ${generatedPassword} (shown this once).`);
  }
  console.log(`Deployed ${config.name}${vars.PUBLIC_URL ? ` to ${vars.PUBLIC_URL}` : ""}.`);
});

function deployArguments(secretsFile: string, vars: Vars): string[] {
  const set = Object.entries(vars).flatMap(([key, value]) => ["--var", `${key}:${value}`]);
  return ["deploy", "--keep-vars", "--minify", "--secrets-file", secretsFile, ...set];
}

/** Secrets travel with the upload, so that no version of the Worker ever runs without them. */
async function withSecretsFile(secrets: Vars, use: (file: string) => Promise<unknown>): Promise<void> {
  const folder = join(root, ".wrangler");
  const file = join(folder, `deploy-secrets-${process.pid}.json`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  try {
    await use(file);
  } finally {
    rmSync(file, { force: true });
  }
}
