import { execFileSync } from "node:child_process";
import type { TestProject } from "vitest/node";
import { startAzureServer } from "./azure-server/server.ts";
import { startBucketServer } from "./bucket-server/server.ts";
import { startDemoBank } from "./demo-bank/server.ts";
import { startDuckdbServer } from "./duckdb-server.ts";
import { startExchangeServer } from "./exchange-server/server.ts";
import { startFirebaseServer } from "./firebase-server/server.ts";
import { startGcpServer } from "./gcp-server/server.ts";
import { startMetabaseServer } from "./metabase-server.ts";
import { startRestServer } from "./rest-server/server.ts";
import { startWebdavServer } from "./webdav-server/server.ts";
import { startWebhookServer } from "./webhook-server/server.ts";

/** The plugin does not run wrangler's build command, and the Worker under test needs what it generates. */
function generate(): void {
  execFileSync("npm", ["run", "--silent", "build"], { stdio: "inherit" });
}

/** Generates, then starts the servers that tests ask; what it returns stops them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  generate();
  project.provide("everyFault", process.env["EVERY_FAULT"] === "1");
  const duckdb = await startDuckdbServer();
  project.provide("duckdbUrl", duckdb.url);
  const exchanges = await startExchangeServer();
  project.provide("exchangeUrl", exchanges.url);
  const demoBank = await startDemoBank();
  project.provide("demoBankUrl", demoBank.url);
  const azure = await startAzureServer();
  project.provide("azureUrl", azure.url);
  const gcp = await startGcpServer();
  project.provide("gcpUrl", gcp.url);
  project.provide("gcpServiceAccount", gcp.serviceAccount);
  const rest = await startRestServer();
  project.provide("restUrl", rest.url);
  const metabase = await startMetabaseServer();
  project.provide("metabaseUrl", metabase.url);
  const firebase = await startFirebaseServer();
  project.provide("firebaseUrl", firebase.url);
  project.provide("firebaseServiceAccount", firebase.serviceAccount);
  const buckets = await startBucketServer();
  project.provide("bucketUrl", buckets.url);
  const webdav = await startWebdavServer();
  project.provide("webdavUrl", webdav.url);
  const webhooks = await startWebhookServer();
  project.provide("webhookUrl", webhooks.url);
  return async () => {
    await azure.close();
    await buckets.close();
    await demoBank.close();
    await duckdb.stop();
    await exchanges.close();
    await firebase.close();
    await gcp.close();
    await metabase.close();
    await rest.close();
    await webdav.close();
    await webhooks.close();
  };
}
