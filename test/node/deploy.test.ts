import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCatchment } from "../support/catchment-process.ts";
import { type CloudflareRecorder, startCloudflareRecorder } from "../support/cloudflare-recorder.ts";

let cloudflare: CloudflareRecorder;
let environment: Record<string, string>;

beforeAll(async () => {
  cloudflare = await startCloudflareRecorder();
  ({ environment } = cloudflare);
});

afterAll(() => cloudflare.close());

/** Requests that make or change something, as `METHOD path`, names of created things included. */
function changes(): string[] {
  return cloudflare.requests
    .filter(({ method, path }) => method !== "GET" && !path.endsWith("/query"))
    .map(({ method, path, body }) => {
      const name = /^\{"(?:name|queue_name)":"([^"]+)"\}$/.exec(body)?.[1];
      return name === undefined ? `${method} ${path}` : `${method} ${path} ${name}`;
    });
}

describe("npm run deploy", () => {
  it("creates nothing before it knows the first admin", async () => {
    const { code, output } = await runCatchment(["deploy"], environment);

    expect(output).toBe("The first deployment needs ADMIN_EMAIL in the environment.\n");
    expect(code).toBe(1);
    expect(changes()).toEqual([]);
  });

  it("refuses a setting that the Worker could not read", async () => {
    const { code, output } = await runCatchment(["deploy"], {
      ...environment,
      ADMIN_EMAIL: "admin@example.org",
      REGISTRATION: "maybe",
    });

    expect(output).toMatch(/^Configuration is wrong: REGISTRATION: .*\.\n$/);
    expect(code).toBe(1);
    expect(changes()).toEqual([]);
  });

  it("refuses recordings, which would pass for a company's own clouds", async () => {
    const { code, output } = await runCatchment(["deploy"], {
      ...environment,
      ADMIN_EMAIL: "admin@example.org",
      RECORDED_PROVIDERS: "aws",
    });

    expect(output).toBe("Configuration is wrong: RECORDED_PROVIDERS: must be empty unless ENVIRONMENT is local.\n");
    expect(code).toBe(1);
    expect(changes()).toEqual([]);
  });

  it("creates what is missing in the order of need, migrates, and uploads the Worker with its secrets", async () => {
    cloudflare.requests.length = 0;
    const { code, output } = await runCatchment(["deploy"], { ...environment, ADMIN_EMAIL: "admin@example.org" });

    expect(output.split("\n")).toEqual([
      "Created D1 database catchment.",
      "Created D1 database catchment-warehouse.",
      "Created R2 bucket catchment-lake.",
      "Created queue catchment-dead-letters.",
      "Created queue catchment-ingestion.",
      "Created queue catchment-extraction.",
      "Created queue catchment-sync.",
      "Migrated catchment.",
      "Migrated catchment-warehouse.",
      "Put secrets ADMIN_EMAIL, JWT_SECRET_KEY, VAULT_KEYS, ADMIN_PASSWORD.",
      expect.stringMatching(/^Admin admin@example\.org, password [\w-]{20} \(shown this once\)\.$/),
      "Deployed catchment to https://catchment.example.workers.dev.",
      "",
    ]);
    expect(code).toBe(0);
    expect(changes().slice(0, 9)).toEqual([
      "POST /d1/database catchment",
      "POST /d1/database catchment-warehouse",
      "POST /r2/buckets catchment-lake",
      "POST /queues catchment-dead-letters",
      "POST /queues catchment-ingestion",
      "POST /queues catchment-extraction",
      "POST /queues catchment-sync",
      "POST /workers/scripts/catchment/assets-upload-session",
      "PUT /workers/scripts/catchment",
    ]);
    // The old code works on the new tables until the new code is there; the other way round it would not.
    const asked = cloudflare.requests.map(({ method, path }) => `${method} ${path}`);
    const lastMigration = asked.findLastIndex((request) => request.endsWith("/query"));
    expect(lastMigration).toBeGreaterThan(0);
    expect(lastMigration).toBeLessThan(asked.indexOf("PUT /workers/scripts/catchment"));
    expect(cloudflare.tablesOf("catchment")).toEqual(expect.arrayContaining(["jobs", "users"]));
    expect(cloudflare.tablesOf("catchment-warehouse")).toContain("_catchment_fence");
    expect(uploadedSecrets()).toEqual(["ADMIN_EMAIL", "ADMIN_PASSWORD", "JWT_SECRET_KEY", "VAULT_KEYS"]);
    expect(uploadedVars()).toEqual({ PUBLIC_URL: "https://catchment.example.workers.dev" });
  });

  it("creates and replaces nothing the second time", async () => {
    cloudflare.requests.length = 0;
    const secretsBefore = cloudflare.uploaded()?.bindings.filter(({ type }) => type === "secret_text");
    const { code, output } = await runCatchment(["deploy"], { ...environment, ADMIN_EMAIL: "other@example.org" });

    expect(output).toBe("Migrated catchment.\nMigrated catchment-warehouse.\nDeployed catchment.\n");
    expect(code).toBe(0);
    expect(changes().filter((change) => /^POST \/(d1|r2|queues)/.test(change))).toEqual([]);
    expect(cloudflare.uploaded()?.bindings.filter(({ type }) => type === "secret_text")).toEqual(secretsBefore);
    expect(uploadedVars()).toEqual({ PUBLIC_URL: "https://catchment.example.workers.dev" });
  });

  it("keeps what an earlier run was told, and closes nothing that it opened", async () => {
    await runCatchment(["deploy"], { ...environment, REGISTRATION: "open", CORS_ORIGINS: "https://example.org" });
    await runCatchment(["deploy"], environment);
    expect(uploadedVars()).toEqual({
      ...{ REGISTRATION: "open", CORS_ORIGINS: "https://example.org" },
      PUBLIC_URL: "https://catchment.example.workers.dev",
    });
  });

  it("puts a secret that the environment gives in place of the one that is there", async () => {
    const signingKey = "a-new-signing-key-of-more-than-32-bytes";
    const { output } = await runCatchment(["deploy"], { ...environment, JWT_SECRET_KEY: signingKey });

    expect(output).toContain("Put secrets JWT_SECRET_KEY.\n");
    expect(output).not.toContain(signingKey);
    expect(cloudflare.uploaded()?.bindings.find(({ name }) => name === "JWT_SECRET_KEY")?.text).toBe(signingKey);
  });
});

function uploadedSecrets(): string[] {
  const bindings = cloudflare.uploaded()?.bindings ?? [];
  return bindings
    .filter(({ type }) => type === "secret_text")
    .map(({ name }) => name)
    .toSorted();
}

function uploadedVars(): Record<string, string | undefined> {
  const bindings = cloudflare.uploaded()?.bindings ?? [];
  return Object.fromEntries(bindings.filter(({ type }) => type === "plain_text").map(({ name, text }) => [name, text]));
}
