import type { MetricsCollector } from "../../../durable-objects/metrics-collector.ts";
import type { DurableObjectNamespace } from "@cloudflare/workers-types";
import type { Logger } from "../http/log.ts";
export interface Metrics {
  request(route: string, method: string, status: number, duration_ms: number): void;
  job(type: string, outcome: string, duration_ms: number): void;
  upstreamError(host: string): void;
}
export function createMetrics(
  _ns: DurableObjectNamespace<MetricsCollector>,
  _deps: { now(): number; defer(work: Promise<unknown>): void; log: Logger },
): Metrics {
  return { request() {}, job() {}, upstreamError() {} };
}
