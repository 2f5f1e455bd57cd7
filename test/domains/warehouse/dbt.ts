/// <reference types="vite/types/importMeta.d.ts" />
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { strToU8, zipSync } from "fflate";
import { createApp } from "../../../src/app.ts";
import { dbtJob } from "../../../src/domains/warehouse/dbt/dbt.job.ts";
import { syncJob } from "../../../src/domains/warehouse/sync.job.ts";
import type { Env } from "../../../src/context.ts";
import type { JobDefinitions, JobRow } from "../../../src/platform/jobs/define.ts";
import type { TestContext } from "../../support/context.ts";
import { type JobWorld, openJobWorld } from "../../support/job-world.ts";
import { TEST_HOST, workOn } from "./syncs.ts";

const fixtures = import.meta.glob<string>("../../fixtures/dbt/*/**/*", {
  query: "?raw",
  import: "default",
  eager: true,
});

const fixture = (name: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fixtures).flatMap(([path, text]) => {
      const [, inside] = path.split(`/fixtures/dbt/${name}/`);
      return inside === undefined ? [] : [[inside, text]];
    }),
  );

/** dbt's own small project, by path. */
export const jaffleShop = fixture("jaffle_shop");

/** A project with every feature that a run has to do with. */
export const bookshop = fixture("bookshop");

export const definitions: JobDefinitions = new Map(
  [syncJob, dbtJob].map((definition) => [definition.type, definition] as const),
);

export const openDbtWorld = (): JobWorld => openJobWorld(definitions, { ALLOW_PRIVATE_HOSTS: [TEST_HOST] });

const app = createApp();
const SYNC = { send: async () => {}, sendBatch: async () => {} } as unknown as Queue;

/** The front door with a body as it is; messages stay undelivered. */
export async function send(method: string, path: string, body?: BodyInit, bindings: Record<string, unknown> = {}) {
  const execution = createExecutionContext();
  const request = new Request(`http://localhost/api${path}`, { method, ...(body === undefined ? {} : { body }) });
  const response = await app.fetch(request, { ...env, SYNC, ...bindings } as unknown as Env, execution);
  const text = await response.text();
  await waitOnExecutionContext(execution);
  const isJson = response.headers.get("Content-Type")?.includes("json") ?? false;
  return { status: response.status, text, body: (isJson ? JSON.parse(text) : {}) as Record<string, unknown> };
}

/** A zip archive of texts by path. */
export const zip = (files: Record<string, string>): Uint8Array<ArrayBuffer> =>
  new Uint8Array(zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)]))));

/** Puts a project of these files in place of what is there; without a `dbt_project.yml` it gets a plain one. */
export async function putProject(files: Record<string, string>): Promise<void> {
  const answer = await send("POST", "/dbt/project", zip({ "dbt_project.yml": PLAIN, ...files }));
  if (answer.status !== 200) throw new Error(answer.text);
}

const PLAIN = "name: shop\nversion: '1.0'\nprofile: shop\nconfig-version: 2\n";

export const json = (value: unknown) => new Blob([JSON.stringify(value)], { type: "application/json" });

/** Starts a run by the front door and answers its job's id. */
export async function startDbt(request: Record<string, unknown>): Promise<string> {
  const { status, text, body } = await send("POST", "/dbt/runs", json(request));
  if (status !== 200) throw new Error(text);
  return String(body["job_id"]);
}

/** Starts a run by the front door and works on it until it has ended. */
export async function runDbt(world: JobWorld, request: Record<string, unknown>): Promise<JobRow> {
  return workOn(world, await startDbt(request));
}

/** Status by node of a run. */
export async function statusesOf(job: Pick<JobRow, "id">): Promise<Record<string, string>> {
  const results = await resultsOf(job);
  return Object.fromEntries(results.map(({ name, status }) => [String(name), String(status)]));
}

export async function resultsOf({ id }: Pick<JobRow, "id">): Promise<Record<string, unknown>[]> {
  return (await send("GET", `/dbt/runs/${id}`)).body["results"] as Record<string, unknown>[];
}

/** Names of the events of runs so far, with what they are about. */
export const dbtEvents = ({ published }: TestContext) =>
  published
    .filter(({ event }) => event.type.startsWith("dbt_run_"))
    .map(({ event: { type, fields } }) =>
      type === "dbt_run_progress" ? [type, fields?.["node"], fields?.["status"]] : [type, fields?.["model"]],
    );
