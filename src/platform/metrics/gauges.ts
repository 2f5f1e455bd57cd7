import type { Context, Database } from "../../context.ts";
import { findLastRun } from "../repair/fsck.store.ts";
import { openFindings } from "../repair/report.ts";
import type { Gauge, Sample } from "./exposition.ts";
import {
  countDeadLetters,
  countLiveJobs,
  countRows,
  listCircuits,
  listTables,
  measureLake,
  readSize,
} from "./gauges.store.ts";

/** Rows are counted by reading them all, so a scraper that comes more often gets the last count. */
const COUNTS_AGE_MS = 60_000;
const TABLES_PER_STATEMENT = 100;
const CIRCUIT_STATES = ["closed", "half_open", "open"] as const;

interface Counts {
  counted_at: number;
  rows: Sample[];
  lake: { count: number; bytes: number | null };
}

let counts: Counts | undefined;

/** Measures what has a value at every moment; `readers` is what the event feeds have reported. */
export async function measureGauges(ctx: Context, readers: number): Promise<Gauge[]> {
  const [live, dead, circuits, checked] = await ctx.db.batch([
    countLiveJobs(ctx.db),
    countDeadLetters(ctx.db),
    listCircuits(ctx.db),
    findLastRun(ctx.db),
  ]);
  const jobsIn = (status: string) => live.find((row) => row.status === status)?.count ?? 0;
  const [bytes, { rows, lake }] = await Promise.all([measureBytes(ctx), countEverything(ctx)]);
  const findings = openFindings(checked[0]?.results ?? {}).map(({ kind, value }) => ({ labels: { kind }, value }));
  const states = circuits.flatMap((circuit) => {
    const current = circuitState(circuit, ctx.now());
    return CIRCUIT_STATES.map((state) => ({ labels: { host: circuit.host, state }, value: Number(state === current) }));
  });
  return [
    gauge("catchment_jobs_live", "Jobs that are running.", jobsIn("running")),
    gauge("catchment_jobs_waiting", "Jobs that wait for their turn.", jobsIn("pending")),
    gauge("catchment_dead_letters", "Kept jobs that their queue gave up.", dead[0]?.count ?? 0),
    gauge("catchment_sockets", "Readers of event feeds, by WebSocket or stream.", readers),
    gauge("catchment_database_bytes", "Size of a database.", bytes),
    gauge("catchment_database_rows", "Rows of a table, counted at most once a minute.", rows),
    gauge("catchment_lake_objects", "Objects in the lake that a reader can see.", lake.count),
    gauge("catchment_lake_bytes", "Size of the objects in the lake that a reader can see.", lake.bytes ?? 0),
    gauge("catchment_fsck_findings", "What the last check of the storage found and did not repair.", findings),
    gauge("catchment_circuit_state", "1 for the state that the circuit of an upstream host is in.", states),
  ];
}

function gauge(name: string, help: string, value: number | Sample[]): Gauge {
  return { name, type: "gauge", help, samples: typeof value === "number" ? [{ labels: {}, value }] : value };
}

async function measureBytes(ctx: Context): Promise<Sample[]> {
  const [own, warehouse] = await Promise.all([readSize(ctx.db), readSize(ctx.warehouse)]);
  return [
    { labels: { database: "catchment" }, value: own.meta.size_after },
    { labels: { database: "warehouse" }, value: warehouse.meta.size_after },
  ];
}

async function countEverything(ctx: Context): Promise<Counts> {
  if (counts && Math.abs(ctx.now() - counts.counted_at) < COUNTS_AGE_MS) return counts;
  const [own, warehouse, [lake]] = await Promise.all([
    countTables(ctx.db, "catchment"),
    countTables(ctx.warehouse, "warehouse"),
    measureLake(ctx.db),
  ]);
  counts = { counted_at: ctx.now(), rows: [...own, ...warehouse], lake: lake ?? { count: 0, bytes: 0 } };
  return counts;
}

async function countTables(db: Database, database: string): Promise<Sample[]> {
  const tables = (await listTables(db)).map(({ name }) => name);
  const samples: Sample[] = [];
  for (let start = 0; start < tables.length; start += TABLES_PER_STATEMENT) {
    const row = await countRows(db, tables.slice(start, start + TABLES_PER_STATEMENT));
    for (const [table, value] of Object.entries(row)) samples.push({ labels: { database, table }, value });
  }
  return samples;
}

/** A circuit that has opened is half open from the end of its pause until a probe has answered. */
function circuitState(circuit: { open_seconds: number; open_until: number }, now: number): string {
  if (circuit.open_until > now) return "open";
  return circuit.open_seconds > 0 ? "half_open" : "closed";
}
