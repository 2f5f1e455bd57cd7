import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { recordChange } from "../../../src/platform/audit/audit.ts";
import { purgeAudit, sealAudit } from "../../../src/platform/audit/seal.ts";
import { verifyAudit } from "../../../src/platform/audit/verify.ts";
import { erasePlatform } from "../../../src/platform/erase.ts";
import { testContext, type TestContext } from "../../support/context.ts";
import { makeRequest, PASSWORD, register } from "../auth/client.ts";
import { openBusyDatabase } from "./busy-database.ts";

const DAY_MS = 86_400_000;
const change = { entity_type: "thing", action: "create", before: null, after: null } as const;
const all = { after: 0, limit: 1000 };

async function addRows(ctx: TestContext, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await recordChange(ctx, { ...change, entity_id: `thing ${n}` });
}

/** A context in which something happens once, after the first answer of the database. */
function openBeside(ctx: TestContext, work: () => Promise<unknown>): TestContext {
  let isDone = false;
  const after = async () => {
    if (isDone) return;
    isDone = true;
    await work();
  };
  return testContext({ now: ctx.now }, { ...env, DB: openBusyDatabase({ after }) });
}

describe("a verifier beside which the chain", () => {
  it("grows finds it intact", async () => {
    const ctx = testContext();
    await addRows(ctx, 2);
    await sealAudit(ctx);
    const beside = openBeside(ctx, async () => {
      await addRows(ctx, 2);
      await sealAudit(ctx);
    });
    expect(await verifyAudit(beside, all)).toMatchObject({
      intact: true,
      problems: [],
      checked: 2,
      head: { number: 2 },
    });
    expect(await verifyAudit(ctx, all)).toMatchObject({ intact: true, checked: 4, head: { number: 4 } });
  });

  it("is purged finds it intact, also from a row that goes", async () => {
    const ctx = testContext();
    await addRows(ctx, 3);
    await sealAudit(ctx);
    const later = ctx.now() + 401 * DAY_MS;
    const beside = openBeside(ctx, () => purgeAudit({ ...ctx, now: () => later }));
    expect(await verifyAudit(beside, { ...all, after: 1 })).toMatchObject({ intact: true, problems: [], checked: 2 });
    expect(await verifyAudit(ctx, { ...all, after: 1 })).toMatchObject({ intact: true, checked: 0, purged_up_to: 3 });
  });
});

it("a row out of which somebody is taken while it is sealed is sealed as it is then", async () => {
  const ctx = testContext();
  await recordChange(ctx, { ...change, entity_type: "user", entity_id: "p@example.org" });
  const person = { id: crypto.randomUUID(), email: "p@example.org" };
  await sealAudit(openBeside(ctx, () => erasePlatform(ctx, person)));
  expect(await verifyAudit(ctx, all)).toMatchObject({ intact: true, erased: [], unsealed: 0, checked: 1 });
});

it("an answer does not wait for its links", async () => {
  await register("p@example.org");
  await sealAudit(testContext());
  const release = Promise.withResolvers<void>();
  let isSealing = false;
  const DB = openBusyDatabase({
    prepared: (text) => {
      isSealing ||= text.includes("audit_chain");
    },
    before: () => (isSealing ? release.promise : undefined),
  });
  const execution = createExecutionContext();
  const request = makeRequest("POST", "/user/login", { json: { email: "p@example.org", password: PASSWORD } });
  const answer = await createApp().fetch(request, { ...env, DB }, execution);
  expect(answer.status).toBe(200);
  expect(await verifyAudit(testContext(), all)).toMatchObject({ unsealed: 1 });
  release.resolve();
  await waitOnExecutionContext(execution);
  expect(await verifyAudit(testContext(), all)).toMatchObject({ intact: true, unsealed: 0 });
});

it("a sealer asks for no more rows when there were fewer than it takes at once", async () => {
  const ctx = testContext();
  await addRows(ctx, 3);
  let batches = 0;
  const after = async () => void (batches += 1);
  await sealAudit(testContext({}, { ...env, DB: openBusyDatabase({ after }) }));
  expect(batches).toBe(2);
  expect(await verifyAudit(ctx, all)).toMatchObject({ intact: true, unsealed: 0, checked: 3 });
});
