import { eq } from "drizzle-orm";
import { acceptCode } from "../../../src/domains/banking/one-time-codes.ts";
import { startCollection } from "../../../src/domains/banking/collection.ts";
import { collectJob } from "../../../src/domains/banking/collect.job.ts";
import type { Context } from "../../../src/context.ts";
import type { Principal } from "../../../src/platform/auth/principal.ts";
import type { JobDefinitions } from "../../../src/platform/jobs/define.ts";
import { jobs } from "../../../src/platform/jobs/tables.ts";
import type { DemoBankClient } from "../../support/demo-bank/client.ts";
import type { DemoBankReport } from "../../support/demo-bank/world.ts";
import { ACCOUNT_NUMBER } from "../../support/demo-bank/world.ts";
import { deliverAll, type TestContext } from "../../support/context.ts";
import type { Person } from "./person.ts";

export const collections: JobDefinitions = new Map([[collectJob.type, collectJob]]);

/** A run as its owner is shown it. */
export interface ShownRun {
  id: string;
  state: string;
  error: string | null;
  errors: string[];
  files: string[];
  reports: { report: string; filename: string; new_rows: number; balances_match: boolean | null }[];
  has_screenshot: boolean;
  progress: Record<string, unknown>;
}

const principalOf = ({ id, email }: Person): Principal => ({ kind: "user", id, email, role: "user", grants: {} });

/** The context as the person's own request would have it. */
export const asPerson = (ctx: TestContext, person: Person): Context => ({ ...ctx, principal: principalOf(person) });

/** Lets a context's runs reach a bank of the test. */
export function useBank<C extends Context>(
  ctx: C,
  { url }: { url: string },
  changes: Partial<Context["config"]> = {},
): C {
  const BANK_URLS = { "demo-bank": url, "demo-bank-browser": url };
  return Object.assign(ctx, { config: { ...ctx.config, BANK_URLS, ...changes } });
}

/** Stores the login of one of the bank's customers by the front door; their names are their passwords. */
export async function storeLogin(
  person: Person,
  username = "demo",
  changes: Record<string, string> = {},
): Promise<void> {
  const login = { username, account_number: ACCOUNT_NUMBER, password: username, bank: "demo-bank", ...changes };
  const answer = await person.send("POST", "/netbank/credentials", JSON.stringify(login));
  if (answer.status !== 201) throw new Error(await answer.text());
}

/** Starts a run, or joins the live one, and answers its id. */
export async function startRun(ctx: TestContext, person: Person): Promise<string> {
  await startCollection(asPerson(ctx, person));
  const { runs } = await listRuns(person);
  const [run] = runs;
  if (!run) throw new Error("There is no run");
  return run.id;
}

export async function listRuns(
  person: Person,
): Promise<{ runs: ShownRun[]; total: number; next_cursor: string | null }> {
  return (await person.get("/user/runs")).json();
}

/** Does something while the person's phone forwards every code that the bank sends. */
export async function withPhone<Result>(
  ctx: TestContext,
  { person, bank }: { person: Person; bank: DemoBankClient },
  work: () => Promise<Result>,
  onReport: (report: DemoBankReport) => void = () => {},
): Promise<Result> {
  const over = new AbortController();
  const forward = async () => {
    let forwarded = (await bank.report()).codes.length;
    while (!over.signal.aborted) {
      const report = await bank.report();
      for (const { code } of report.codes.slice(forwarded)) await acceptCode(asPerson(ctx, person), { code });
      forwarded = report.codes.length;
      onReport(report);
      await scheduler.wait(50);
    }
  };
  const phone = forward();
  try {
    return await work();
  } finally {
    over.abort();
    await phone;
  }
}

/** Starts a run of the person and works on it until it has ended, the phone at hand. */
export async function collect(
  ctx: TestContext,
  who: { person: Person; bank: DemoBankClient },
  onReport?: (report: DemoBankReport) => void,
): Promise<ShownRun> {
  const id = await startRun(ctx, who.person);
  await withPhone(ctx, who, () => deliverAll(ctx, collections), onReport);
  const { runs } = await listRuns(who.person);
  const run = runs.find((each) => each.id === id);
  if (!run) throw new Error(`Run ${id} is gone`);
  return run;
}

/** The row of a run. */
export const rowOf = async (ctx: TestContext, id: string) =>
  (await ctx.db.select().from(jobs).where(eq(jobs.id, id)))[0];
