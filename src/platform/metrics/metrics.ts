import type { DurableObjectNamespace } from "@cloudflare/workers-types";
import type { MetricsCollector } from "../../../durable-objects/metrics-collector.ts";
import { describeError, type Logger } from "../http/log.ts";
import {
  type Family,
  httpRequestDuration,
  httpRequests,
  jobDuration,
  jobsEnded,
  type Labels,
  observe,
  renderLabels,
  upstreamErrors,
} from "./families.ts";
import type { Increments, Totals } from "./protocol.ts";

export interface Metrics {
  /** Counts an answered request; `route` is the pattern, never the path. */
  request(route: string, method: string, status: number, duration_ms: number): void;
  job(type: string, outcome: string, duration_ms: number): void;
  upstreamError(host: string): void;
  /** What all isolates have counted, this one's last counts included. */
  collect(): Promise<Totals>;
}

interface MetricsOptions {
  now(): number;
  defer(work: Promise<unknown>): void;
  log: Logger;
}

/** An isolate hands its counts on at most this often; what a dying isolate has not handed on is lost. */
const FLUSH_MS = 5000;
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

interface Pending {
  increments: Map<string, number[]>;
  flushed_at: number;
}

/** What this isolate has counted and not yet handed on; outlives the request that made the context. */
const pendingByCollector = new WeakMap<object, Pending>();

function pendingOf(namespace: object): Pending {
  const known = pendingByCollector.get(namespace);
  if (known) return known;
  const pending: Pending = { increments: new Map(), flushed_at: 0 };
  pendingByCollector.set(namespace, pending);
  return pending;
}

/** Counts in memory and hands the counts on now and then, after the answer; no request waits for it. */
export function createMetrics(
  namespace: DurableObjectNamespace<MetricsCollector>,
  { now, defer, log }: MetricsOptions,
): Metrics {
  const pending = pendingOf(namespace);
  const collector = () => namespace.get(namespace.idFromName("all"));

  function add(key: string, amounts: number[]): void {
    const known = pending.increments.get(key);
    if (!known) pending.increments.set(key, amounts);
    else for (const [index, amount] of amounts.entries()) known[index] = (known[index] ?? 0) + amount;
  }

  function count(family: Family, labels: Labels, amounts: number[] = [1]): void {
    add(`${family.name}{${renderLabels(labels)}}`, amounts);
    if (now() - pending.flushed_at < FLUSH_MS) return;
    pending.flushed_at = now();
    defer(flush());
  }

  /** Takes the counts away before they travel; `send` failing puts them back. */
  async function handOn<T>(send: (increments: Increments) => Promise<T>): Promise<T> {
    const taken = pending.increments;
    pending.increments = new Map();
    try {
      return await send(Object.fromEntries(taken));
    } catch (error) {
      for (const [key, amounts] of taken) add(key, amounts);
      throw error;
    }
  }

  async function flush(): Promise<void> {
    try {
      // The rest of what this request counts is counted by now.
      await Promise.resolve();
      await handOn((increments) => collector().add(increments));
    } catch (error) {
      log.warning("metrics_flush_failed", describeError(error));
    }
  }

  return {
    request(route, method, status, duration_ms) {
      const labels = { route, method: METHODS.has(method) ? method : "OTHER" };
      count(httpRequests, { ...labels, status: String(status) });
      count(httpRequestDuration, labels, observe(duration_ms / 1000, httpRequestDuration.buckets));
    },
    job(type, outcome, duration_ms) {
      count(jobsEnded, { type, outcome });
      count(jobDuration, { type }, observe(duration_ms / 1000, jobDuration.buckets));
    },
    upstreamError: (host) => count(upstreamErrors, { host }),
    collect: () => handOn((increments) => collector().collect(increments)),
  };
}
