import type { Context } from "../../context.ts";
import { AppError, unavailable } from "../../errors.ts";
import { HOUR_MS } from "../retention/purge.ts";
import { insertEvent } from "../webhooks/event.store.ts";
import { type CircuitRow, claimProbe, closeCircuit, countFault, findCircuit, hasJustOpened } from "./circuit.store.ts";

const RULES = { faults: 5, first_open_seconds: 30, longest_open_seconds: 600 };
/** Longer than any single call may take, so that a second probe starts only when the first is lost. */
const PROBE_MS = 60_000;
/** How long an isolate trusts what it read; another isolate's opening is seen this late at most. */
const TRUST_MS = 10_000;
const HOSTS_REMEMBERED = 1000;

type CircuitContext = Pick<Context, "db" | "now">;
export type Outcome = "answered" | "fault";

interface Known {
  row: CircuitRow | null;
  read_at: number;
}

const known = new Map<string, Known>();

/** Forgets what this isolate knows, so that the next call asks the database. */
export function forgetCircuits(): void {
  known.clear();
}

/**
 * Runs a call to `host` unless its circuit is open, and counts how it ended. Throws `unavailable` with `retry_after`
 * while the host rests, which makes a job wait. A fault is a 5xx answer, a network fault or a timeout.
 */
export async function withCircuit<T>(ctx: CircuitContext, host: string, call: () => Promise<T>): Promise<T> {
  await enterCircuit(ctx, host);
  try {
    const result = await call();
    await settleCircuit(ctx, host, result instanceof Response && result.status >= 500 ? "fault" : "answered");
    return result;
  } catch (error) {
    await settleCircuit(ctx, host, isFault(error) ? "fault" : "answered");
    throw error;
  }
}

/** Lets a call pass or throws `unavailable`; whoever passes reports the end with `settleCircuit`. */
export async function enterCircuit(ctx: CircuitContext, host: string): Promise<void> {
  const now = ctx.now();
  const remembered = recall(host, now);
  const row = remembered ? remembered.row : await refresh(ctx, host);
  if (!row || row.open_until === 0) return;
  if (row.open_until > now) throw resting(host, row.open_until - now);
  const [probe] = await claimProbe(ctx.db, host, now, now + PROBE_MS);
  if (probe) return remember(host, probe, now);
  const current = await refresh(ctx, host);
  if (!current || current.open_until === 0) return;
  throw resting(host, Math.max(current.open_until, current.probe_until) - now);
}

/** Counts a fault, or closes the circuit after an answer; a healthy host costs no query. */
export async function settleCircuit(ctx: CircuitContext, host: string, outcome: Outcome): Promise<void> {
  const now = ctx.now();
  if (outcome === "fault") {
    const [[row]] = await ctx.db.batch([countFault(ctx.db, host, now, RULES), recordOpening(ctx, host, now)]);
    return remember(host, row ?? null, now);
  }
  const faults = known.get(host)?.row?.faults ?? 0;
  if (faults === 0) return;
  const [row] = await closeCircuit(ctx.db, host, now);
  if (row) remember(host, row, now);
}

/** Once in the hour, for a host that stays down opens its circuit again and again. */
function recordOpening({ db }: CircuitContext, host: string, now: number) {
  const fact = `circuit.open:${host}:${Math.floor(now / HOUR_MS)}`;
  const event = { type: "circuit.open", subject: host, owner: null, data: { host }, fact } as const;
  return insertEvent(db, { ...event, only_if: hasJustOpened(db, host, now) }, now);
}

/** Whether a thrown value tells against the host; whoever aborts a call does so for waiting too long. */
function isFault(error: unknown): boolean {
  return !(error instanceof AppError) || error.status >= 500;
}

function recall(host: string, now: number): Known | undefined {
  const entry = known.get(host);
  if (!entry || now - entry.read_at >= TRUST_MS || now < entry.read_at) return undefined;
  return entry;
}

async function refresh(ctx: CircuitContext, host: string): Promise<CircuitRow | null> {
  const row = (await findCircuit(ctx.db, host)) ?? null;
  remember(host, row, ctx.now());
  return row;
}

function remember(host: string, row: CircuitRow | null, now: number): void {
  if (known.size >= HOSTS_REMEMBERED && !known.has(host)) known.clear();
  known.set(host, { row, read_at: now });
}

function resting(host: string, rest_ms: number): AppError {
  const retry_after = Math.max(1, Math.ceil(rest_ms / 1000));
  return unavailable(`${host} is resting after repeated faults; the next try is in ${retry_after} s`, { retry_after });
}
