import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLocalDeployment } from "../../src/cli/backup/deployment.ts";
import { holdState } from "../../src/cli/backup/hold-state.ts";
import { createStateFolder, runCatchment } from "../support/catchment-process.ts";
import { type CloudflareRecorder, startCloudflareRecorder } from "../support/cloudflare-recorder.ts";

describe("npm run destroy, on this machine", () => {
  const state = createStateFolder();
  const listed = `In ${state.folder} there is:
  database catchment with 2 rows, database catchment-warehouse with 0 rows, bucket catchment-lake with 1 object of 5 bytes

`;

  beforeAll(async () => {
    const deployment = await openLocalDeployment(state.folder);
    await deployment.databases[0]?.db.batch([
      deployment.databases[0].db.prepare("CREATE TABLE mine (a)"),
      deployment.databases[0].db.prepare("INSERT INTO mine VALUES (1), (2)"),
    ]);
    await deployment.lake.put("object", "bytes");
    await deployment.close();
    writeFileSync(join(state.folder, ".dev.vars"), "VAULT_KEYS=1:secret\n");
    writeFileSync(join(state.folder, "letter.txt"), "Dear");
  });

  afterAll(() => state.remove());

  it("lists what there is, and deletes nothing when nobody can confirm it", async () => {
    const { code, output } = await runCatchment(["destroy", "--state", state.folder]);

    expect(output).toBe(
      `${listed}Nobody is there to confirm it: add --yes to delete all of it. Nothing was deleted.\n`,
    );
    expect(code).toBe(1);
    expect(existsSync(join(state.folder, "v3/d1"))).toBe(true);
  });

  it("is refused while a server uses the data", async () => {
    const release = await holdState(state.folder);
    const { code, output } = await runCatchment(["destroy", "--state", state.folder, "--yes"]);
    release();

    expect(output).toMatch(/^Another server uses the data in /);
    expect(code).toBe(1);
    expect(existsSync(join(state.folder, "v3/d1"))).toBe(true);
  });

  it("deletes the data, and neither the secrets nor what is not its own", async () => {
    const { code, output } = await runCatchment(["destroy", "--state", state.folder, "--yes"]);

    expect(output).toBe(`${listed}Deleted ${listed.split("\n")[1]?.trim()}.\n`);
    expect(code).toBe(0);
    expect(readdirSync(state.folder).toSorted()).toEqual([".dev.vars", "letter.txt"]);
  });

  it("says so when there is nothing", async () => {
    const empty = join(state.folder, "empty");
    mkdirSync(empty);

    expect(await runCatchment(["destroy", "--state", empty, "--yes"])).toEqual({
      code: 1,
      output: `There are no data in ${empty}.\n`,
    });
    expect(readdirSync(empty)).toEqual([]);
  });
});

describe("npm run destroy -- --remote", () => {
  let cloudflare: CloudflareRecorder;
  let environment: Record<string, string>;

  beforeAll(async () => {
    cloudflare = await startCloudflareRecorder();
    ({ environment } = cloudflare);
    await runCatchment(["deploy"], { ...environment, ADMIN_EMAIL: "admin@example.org" });
    cloudflare.addObjects(
      "catchment-lake",
      Array.from({ length: 2500 }, (_, index) => `object ${index}`),
    );
  });

  afterAll(() => cloudflare.close());

  it("lists what the account has, and deletes nothing when nobody can confirm it", async () => {
    const before = cloudflare.resources();
    const { code, output } = await runCatchment(["destroy", "--remote"], environment);

    expect(output.split("\n")).toEqual([
      `In the account ${cloudflare.accountId} there is:`,
      "  Worker catchment",
      "  queue catchment-ingestion",
      "  queue catchment-extraction",
      "  queue catchment-sync",
      "  queue catchment-dead-letters",
      "  database catchment with 0 rows",
      "  database catchment-warehouse with 0 rows",
      "  bucket catchment-lake with 1000 or more objects",
      "",
      "Nobody is there to confirm it: add --yes to delete all of it. Nothing was deleted.",
      "",
    ]);
    expect(code).toBe(1);
    expect(cloudflare.resources()).toEqual(before);
  });

  it("deletes all of it, the Worker first and the bucket once it is empty", async () => {
    cloudflare.requests.length = 0;
    const { code, output } = await runCatchment(["destroy", "--remote", "--yes"], environment);

    expect(output.split("\n").filter((line) => line.startsWith("Deleted"))).toHaveLength(8);
    expect(code).toBe(0);
    expect(cloudflare.resources()).toEqual([]);
    const deleted = cloudflare.requests.filter(({ method }) => method === "DELETE").map(({ path }) => path);
    const worker = deleted.indexOf("/workers/scripts/catchment");
    expect(deleted.slice(0, worker).every((path) => /^\/queues\/\w+\/consumers\/\w+$/.test(path))).toBe(true);
    expect(deleted.slice(-4)).toEqual([
      ...Array.from({ length: 3 }, () => "/r2/buckets/catchment-lake/objects"),
      "/r2/buckets/catchment-lake",
    ]);
  });

  it("says so when there is nothing", async () => {
    expect(await runCatchment(["destroy", "--remote", "--yes"], environment)).toEqual({
      code: 0,
      output: `There is nothing of catchment in the account ${cloudflare.accountId}.\n`,
    });
  });
});
