import { expect, vi } from "vitest";
import type { CatchmentProcess } from "../support/catchment-process.ts";

const SYNC_MS = 200_000;
/** Most rows of one answer to a query. */
const PAGE = 10_000;

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

export interface Job {
  status: string;
  errors: string[];
  attempts: number;
  next_attempt_at: string | null;
  progress: { processed_resources?: number };
}

/** The front door of a server that answers the warehouse without a token. */
export function openWarehouse({ origin }: CatchmentProcess) {
  const ask = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(`${origin}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
    });
    return { status: response.status, body: Object(await response.json()) };
  };
  /** Throws what is wrong with an answer that is none. */
  const need = async (method: string, path: string, body?: unknown) => {
    const answer = await ask(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer.body;
  };
  const job = async (id: string) => (await need("GET", `/jobs/${id}`)) as unknown as Job;
  const start = async (source: string, body: Record<string, unknown> = {}) =>
    String((await need("POST", `/api/sources/${source}/sync`, body))["job_id"]);
  const ended = (id: string) =>
    vi.waitFor(
      async () => {
        const found = await job(id);
        expect(found.status).toMatch(/^(completed|failed)$/);
        return found;
      },
      { timeout: SYNC_MS, interval: 200 },
    );
  const answer = (sql: string) => need("POST", "/api/query", { sql, limit: PAGE });
  const query = async (sql: string) => (await answer(sql))["rows"] as unknown[][];
  return {
    ask,
    job,
    start,
    ended,
    query,
    /** Rows by the names of their columns, without NULL. */
    objects: async (sql: string) => {
      const { columns, rows } = (await answer(sql)) as { columns: { name: string }[]; rows: unknown[][] };
      return rows.map((row) =>
        Object.fromEntries(
          row.flatMap((value, index) => (value === null ? [] : [[columns[index]?.name ?? "", value] as const])),
        ),
      );
    },
    /** Puts the secret into the vault and adds a source that names it. */
    create: async (name: string, type: string, config: Record<string, unknown>, secrets: Record<string, string>) => {
      for (const [key, value] of Object.entries(secrets)) await need("PUT", `/api/secrets/${key}`, { value });
      await need("POST", "/api/sources", { name, type, config });
    },
    check: async (name: string) => (await need("POST", `/api/sources/${name}/check`))["message"],
    /** Syncs to the end. */
    sync: async (source: string, body?: Record<string, unknown>) => ended(await start(source, body)),
    /** Waits until some of so many rows are loaded, while the sync goes on. */
    untilUnderWay: (id: string, total: number) =>
      vi.waitFor(
        async () => {
          const { status, progress } = await job(id);
          const loaded = progress.processed_resources ?? 0;
          expect(status).toBe("running");
          expect(loaded).toBeGreaterThan(0);
          expect(loaded).toBeLessThan(total / 2);
        },
        { timeout: SYNC_MS, interval: 20 },
      ),
    /** Rows of columns of a table as texts, ordered by one whose numbers begin at 1, in as many answers as it takes. */
    rowsOf: async (table: string, columns: string, key: string, total: number) => {
      const lines: string[] = [];
      for (let from = 1; from <= total; from += PAGE) {
        const where = `${key} BETWEEN ${from} AND ${from + PAGE - 1}`;
        const rows = await query(`SELECT ${columns} FROM ${table} WHERE ${where} ORDER BY ${key}`);
        lines.push(...rows.map((row) => row.map((value) => String(value ?? "")).join("|")));
      }
      return lines;
    },
  };
}
