import { expect, it } from "vitest";
import type { JobRow } from "../../../src/platform/jobs/define.ts";
import { type DemoBankClient, openDemoBank } from "../../support/demo-bank/client.ts";
import { everyFault } from "../../support/every-fault.ts";
import type { FaultPlan } from "../../support/faults.ts";
import { type JobWorld, openJobWorld } from "../../support/job-world.ts";
import { collections, listRuns, startRun, storeLogin, withPhone } from "./collections.ts";
import { newPerson, type Person } from "./person.ts";

const REPORTS = ["accounts", "transactions", "holdings", "statement"];
const INTERRUPTED = "interrupted after login";
const AWAY = "the bank could not be reached";

interface Customer {
  person: Person;
  bank: DemoBankClient;
  world: JobWorld;
}

/** Somebody with a login at a bank of their own, whose reports are the same every day. */
async function newCustomer(): Promise<Customer> {
  const [person, bank] = [await newPerson(), await openDemoBank({ today: Date.UTC(2026, 5, 15) })];
  await storeLogin(person);
  return { person, bank, world: openJobWorld(collections, { BANK_URLS: { "demo-bank": bank.url } }) };
}

/** Works on a run of the customer to its end, breaking it as planned; answers how often it signed in. */
async function run({ person, bank, world }: Customer, plan?: FaultPlan) {
  const before = (await bank.report()).logins.length;
  const id = await startRun(world.ctx, person);
  const worked = await withPhone(world.ctx, { person, bank }, () => world.work(id, plan));
  return { ...worked, logins: (await bank.report()).logins.length - before };
}

/** Rows of every file of the person, by name. */
async function rowsOf(person: Person): Promise<Record<string, number>> {
  const { files } = await (await person.get("/data/list")).json<{ files: { filename: string }[] }>();
  const rows: Record<string, number> = {};
  for (const { filename } of files) {
    const answer = await person.get(`/data/files/${filename}/preview?rows=1`);
    rows[filename] = (await answer.json<{ preview: { n_rows: number } }>()).preview.n_rows;
  }
  return rows;
}

/** A run signs in at most once, and says truly how it ended. */
function expectTruth(job: JobRow, logins: number, { kind }: FaultPlan, where: string): void {
  expect(logins, where).toBeLessThanOrEqual(1);
  const reports = (job.results?.["reports"] ?? []) as { report: string }[];
  if (job.status === "completed") {
    expect(job.errors, where).toEqual([]);
    expect(
      reports.map(({ report }) => report),
      where,
    ).toEqual(REPORTS);
    expect(logins, where).toBe(1);
    return;
  }
  expect(job, where).toMatchObject({ status: "failed", cursor: { password_sent: true } });
  expect(kind === "kill" ? [INTERRUPTED] : [INTERRUPTED, AWAY], where).toContain(job.errors[0]);
}

it("a run that breaks at any of its operations signs in once at most, and ends in a true state", async () => {
  const customer = await newCustomer();
  await run(customer);
  const calm = await run(customer);
  expect(calm).toMatchObject({ logins: 1, job: { status: "completed" } });
  const rows = await rowsOf(customer.person);
  const operations = calm.process.count();
  const ends: Record<string, number> = {};
  for (const plan of everyFault(operations)) {
    const { at, kind } = plan;
    const { job, process, logins } = await run(customer, plan);
    const where = `${kind} after operation ${at} of ${operations}`;
    expect(process.struck(), where).toBe(true);
    expectTruth(job, logins, plan, where);
    const end = `${kind}: ${job.errors[0] ?? job.status}`;
    ends[end] = (ends[end] ?? 0) + 1;
  }
  console.log(`collection: ${operations} operations, each broken: ${JSON.stringify(ends)}`);
  expect(operations).toBeGreaterThanOrEqual(20);
  expect(Object.keys(ends)).toContain("kill: completed");
  expect(Object.keys(ends)).toContain(`kill: ${INTERRUPTED}`);
  expect(await rowsOf(customer.person)).toEqual(rows);
}, 400_000);

it("a first run that breaks keeps what it has collected once, and the next one has the rest", async () => {
  const calm = await newCustomer();
  const operations = (await run(calm)).process.count();
  const rows = await rowsOf(calm.person);
  expect(Object.keys(rows).length).toBeGreaterThanOrEqual(REPORTS.length);
  let kept = 0;
  for (let at = 20; at <= operations; at += 5) {
    const plan: FaultPlan = { at, moment: at % 2 === 0 ? "after" : "before", kind: at % 3 === 0 ? "kill" : "fault" };
    const customer = await newCustomer();
    const { job, logins } = await run(customer, plan);
    const where = `${plan.kind} ${plan.moment} operation ${at} of ${operations}`;
    expectTruth(job, logins, plan, where);
    const left = await rowsOf(customer.person);
    kept += Object.keys(left).length;
    // Whatever is there is whole.
    expect(rows, where).toMatchObject(left);
    const [shown] = (await listRuns(customer.person)).runs;
    expect(Object.keys(left), where).toEqual(expect.arrayContaining(shown?.files ?? []));
    expect((await run(customer)).job, where).toMatchObject({ status: "completed", errors: [] });
    expect(await rowsOf(customer.person), where).toEqual(rows);
  }
  console.log(`first collection: ${operations} operations, every fifth broken; ${kept} files kept`);
}, 400_000);
