import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = join(import.meta.dirname, "../../..");

/** Files that break a rule, each with the start of the message that the linter must give. */
const BAD: [path: string, code: string, message: string][] = [
  [
    "src/domains/warehouse/load.ts",
    'import { marketData } from "../market-data/index.ts";\nexport const both = marketData;\n',
    "One domain never imports another",
  ],
  [
    "src/domains/warehouse/models/run.ts",
    'import type { Series } from "../../market-data/series.ts";\nexport type Own = Series;\n',
    "One domain never imports another",
  ],
  [
    "src/platform/jobs/kinds.ts",
    'import { marketData } from "../../domains/market-data/index.ts";\nexport const all = [marketData];\n',
    "platform knows no domain and no connector",
  ],
  [
    "src/platform/outbound/kinds.ts",
    'export const load = () => import("../../connectors/exchanges/binance.ts");\n',
    "platform knows no domain and no connector",
  ],
  [
    "src/connectors/exchanges/binance.ts",
    'import type { Context } from "../../context.ts";\nexport type Own = Context;\n',
    "A connector knows one upstream and nothing else",
  ],
  [
    "src/connectors/exchanges/kraken.ts",
    'import { env } from "cloudflare:workers";\nexport const own = env;\n',
    "A connector has no HTTP server",
  ],
  [
    "src/connectors/exchanges/okx.ts",
    'import { eq } from "drizzle-orm";\nexport const own = eq;\n',
    "A connector has no HTTP server",
  ],
  [
    "src/formats/table.ts",
    'import { readConfig } from "../config.ts";\nexport const own = readConfig;\n',
    "formats are pure",
  ],
  [
    "src/domains/warehouse/load.routes.ts",
    'import { eq } from "drizzle-orm";\nexport const own = eq;\n',
    "A route calls one verb",
  ],
  [
    "src/domains/warehouse/list.routes.ts",
    'import { tables } from "./tables.ts";\nexport const own = tables;\n',
    "A route calls one verb",
  ],
  [
    "src/domains/warehouse/load.store.ts",
    'import { Hono } from "hono";\nexport const own = Hono;\n',
    "A store takes a database",
  ],
  [
    "durable-objects/own-feed.ts",
    'import { readConfig } from "../src/config.ts";\nexport const own = readConfig;\n',
    "A Durable Object is a loudspeaker",
  ],
  [
    "src/platform/events/reach.ts",
    'import { EventFeed } from "../../../durable-objects/event-feed.ts";\nexport const own = EventFeed;\n',
    "Only index.ts re-exports Durable Object classes",
  ],
  [
    "src/platform/auth/bindings.ts",
    'import { env } from "cloudflare:workers";\nexport const own = env;\n',
    "Bindings come with the context",
  ],
  [
    "src/cli/backup.ts",
    'import { createContext } from "../context.ts";\nexport const own = createContext;\n',
    "A command runs in Node",
  ],
  [
    "src/platform/http/generated.ts",
    'import { paths } from "../../build/paths.ts";\nexport const own = paths;\n',
    "Generators and commands run in Node",
  ],
  [
    "src/domains/warehouse/whole.ts",
    'export { createApp } from "../../app.ts";\n',
    "Only index.ts and the generators import the app",
  ],
  ["src/platform/jobs/anything.ts", "export const own = (value: any) => String(value);\n", "Unexpected `any`"],
  [
    "src/platform/jobs/surely.ts",
    "export const own = (value: string | null) => value!.length;\n",
    "Forbidden non-null assertion",
  ],
  ["src/platform/jobs/Loud.ts", "export const own = 1;\n", "Filename should be in kebab-case"],
  ["src/platform/jobs/default.ts", "export default 1;\n", "Prefer named exports"],
  ["src/platform/jobs/say.ts", 'export const own = () => console.log("");\n', "Unexpected console statement"],
  [
    "src/client/errors.ts",
    'import { notFound } from "../errors.ts";\nexport const own = notFound;\n',
    "The client runs in browsers, too",
  ],
  [
    "src/platform/jobs/ask.ts",
    'import type { Schemas } from "../../client/client.ts";\nexport type Own = Schemas;\n',
    "The client is for those outside",
  ],
];

/** Files that use what they may. */
const GOOD: [path: string, code: string][] = [
  [
    "src/domains/inventory/index.ts",
    'import { notFound } from "../../errors.ts";\nimport { jobs } from "../../platform/jobs/tables.ts";\nimport { aws } from "../../connectors/clouds/aws.ts";\nimport { own } from "./own/nested.ts";\nexport const all = [notFound, jobs, aws, own];\n',
  ],
  ["src/domains/inventory/own/nested.ts", 'import { tables } from "../tables.ts";\nexport const own = tables;\n'],
  [
    "src/connectors/clouds/aws.ts",
    'import { rateLimited } from "../../errors.ts";\nimport type { Connector } from "../connector.ts";\nimport { csv } from "../../formats/csv.ts";\nexport const aws: Connector = [rateLimited, csv];\n',
  ],
  [
    "durable-objects/good-feed.ts",
    'import { DurableObject } from "cloudflare:workers";\nimport { PLATFORM_TOPIC } from "../src/platform/events/protocol.ts";\nimport type { Env } from "../src/context.ts";\nexport class Feed extends DurableObject<Env> {\n  topic = PLATFORM_TOPIC;\n}\n',
  ],
  [
    "src/platform/events/good-feeds.ts",
    'import type { EventFeed } from "../../../durable-objects/event-feed.ts";\nexport type Own = EventFeed;\n',
  ],
  ["src/cli/good.ts", 'import type { Context } from "../context.ts";\nexport type Own = Context;\n'],
  [
    "src/client/good.ts",
    'import { ApiError } from "./api-error.ts";\nimport createClient from "openapi-fetch";\nexport const own = [ApiError, createClient];\n',
  ],
  ["src/cli/good-asking.ts", 'import { createClient } from "../client/client.ts";\nexport const own = createClient;\n'],
  ["src/build/good.ts", 'import { createApp } from "../app.ts";\nconsole.log(createApp);\n'],
];

const findings = new Map<string, string[]>();
const folder = mkdtempSync(join(tmpdir(), "lint-"));

beforeAll(() => {
  for (const file of [
    ".oxlintrc.json",
    "src/build/lint-plugin.ts",
    "src/build/import-rules.ts",
    "src/build/paths.ts",
  ]) {
    cpSync(join(root, file), join(folder, file), { recursive: true });
  }
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  for (const [path, code] of [...BAD, ...GOOD]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), code);
  }
  const command = [join(root, "node_modules/oxlint/bin/oxlint"), "--format", "json", "src", "durable-objects"];
  const { stdout } = spawnSync(process.execPath, command, { cwd: folder, encoding: "utf8" });
  const { diagnostics }: { diagnostics: { filename: string; message: string }[] } = JSON.parse(stdout);
  for (const { filename, message } of diagnostics) {
    findings.set(filename, [...(findings.get(filename) ?? []), message]);
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

it.each(BAD)("refuses %s and says why", (path, _code, message) => {
  expect(findings.get(path)).toEqual([expect.stringContaining(message)]);
});

it.each(GOOD)("lets %s import what it may", (path) => {
  expect(findings.get(path)).toBeUndefined();
});
