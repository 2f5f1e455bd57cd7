import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { expect, it } from "vitest";
import type { CollectedReport } from "../../../src/connectors/banks/bank.ts";
import type { Context } from "../../../src/context.ts";
import { storeReport } from "../../../src/domains/banking/reports.ts";
import { bankReports, dataFiles } from "../../../src/domains/banking/tables.ts";
import { openReportFile } from "../../../src/formats/reports/report-file.ts";
import { sweepObjects } from "../../../src/platform/storage/sweep.ts";
import { objects } from "../../../src/platform/storage/tables.ts";
import { testContext } from "../../support/context.ts";
import { everyFault } from "../../support/every-fault.ts";
import { type FaultPlan, faultyProcess } from "../../support/faults.ts";
import { newPerson } from "./person.ts";

const report = (...amounts: number[]): CollectedReport => ({
  ...{ report: "giro", filename: "giro.csv", content_type: "text/csv" },
  content: Uint8Array.from(
    new TextEncoder().encode(`date;amount\n${amounts.map((amount) => `2026-01-01;${amount}\n`).join("")}`),
  ),
});

const store = (ctx: Context, owner: string, collected: CollectedReport) =>
  storeReport(ctx, { owner, bank: null, origin: owner, report: collected });

/** What a person has: the amounts of the data file, and the reports. */
async function stateOf(ctx: Context, owner: string) {
  const [file] = await ctx.db.select().from(dataFiles).where(eq(dataFiles.owner, owner));
  const bytes = file && (await ctx.lake.get(file.object_key));
  const opened = bytes ? await openReportFile(await bytes.arrayBuffer()) : null;
  const amounts: number[] = [];
  if (opened) for await (const [, amount] of opened.rows()) amounts.push(Number(amount));
  const reports = await ctx.db.select().from(bankReports).where(eq(bankReports.owner, owner));
  const named = [...(file ? [file] : []), ...reports].map(({ object_key }) => object_key);
  const kept = await Promise.all(named.map(async (key) => (await ctx.lake.head(key)) !== null));
  return { amounts, reports: reports.length, kept: kept.every(Boolean) };
}

it("a report that breaks at any of its operations is there as a whole or not at all, and once when it comes again", async () => {
  const ctx = testContext();
  const before = { amounts: [1, 1, 2], reports: 1, kept: true };
  const after = { amounts: [1, 1, 2, 3], reports: 2, kept: true };
  const breakAt = async (plan: FaultPlan) => {
    const { id: owner } = await newPerson();
    await store(ctx, owner, report(1, 1, 2));
    const process = faultyProcess(env, plan);
    const broken = await store(testContext({ now: ctx.now }, process.env), owner, report(2, 3)).then(
      () => false,
      () => true,
    );
    const where = `${plan.kind} ${plan.moment} operation ${plan.at}`;
    const left = await stateOf(ctx, owner);
    expect(broken ? [before, after] : [after], where).toContainEqual(left);
    await store(ctx, owner, report(2, 3));
    expect(await stateOf(ctx, owner), where).toEqual(after);
    return { process, owner };
  };
  const calm = await breakAt({ at: 0, moment: "before", kind: "fault" });
  const operations = calm.process.count();
  expect(operations).toBeGreaterThan(10);
  const owners = [calm.owner];
  for (const plan of everyFault(operations)) {
    const { process, owner } = await breakAt(plan);
    expect(process.struck(), `${plan.kind} after operation ${plan.at}`).toBe(true);
    owners.push(owner);
  }
  // Once the sweeper has been there, only what rows name is left.
  ctx.advance(25 * 3600 * 1000);
  while ((await sweepObjects(ctx)).rows > 0);
  for (const owner of owners) {
    expect(await stateOf(ctx, owner)).toEqual(after);
    const left = await ctx.db
      .select()
      .from(objects)
      .where(eq(objects.origin, `banking:${owner}`));
    expect(left.filter(({ state }) => state !== "live")).toEqual([]);
    // Two originals and a data file with two sidecars, without which a fault may leave it.
    expect(left.length === 5 || (owner !== calm.owner && left.length === 3)).toBe(true);
  }
}, 120_000);

it("two reports at once lose nothing, whoever is first", async () => {
  const ctx = testContext();
  const { id: owner } = await newPerson();
  const reports = [report(1, 2), report(2, 3), report(3, 3), report(1, 2)];
  await Promise.all(reports.map((collected) => store(ctx, owner, collected)));
  const { amounts, ...rest } = await stateOf(ctx, owner);
  expect({ amounts: amounts.sort(), ...rest }).toEqual({ amounts: [1, 2, 3, 3], reports: 3, kept: true });
});
