/** A metric's name, kind and meaning, as the exposition format prints them above its samples. */
export interface Family {
  name: string;
  type: "counter" | "gauge" | "histogram";
  help: string;
  /** Upper bounds of a histogram, ascending, in the unit of its name. */
  buckets?: readonly number[];
}

export type Labels = Record<string, string>;

export const httpRequests = {
  name: "catchment_http_requests_total",
  type: "counter",
  help: "Requests answered, by route pattern, method and status.",
} as const satisfies Family;

export const httpRequestDuration = {
  name: "catchment_http_request_duration_seconds",
  type: "histogram",
  help: "Time from a request to the head of its answer.",
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
} as const satisfies Family;

export const jobsEnded = {
  name: "catchment_jobs_total",
  type: "counter",
  help: "Jobs ended, by type and outcome.",
} as const satisfies Family;

export const jobDuration = {
  name: "catchment_job_duration_seconds",
  type: "histogram",
  help: "Time from a job's creation to its end, by type.",
  buckets: [1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400],
} as const satisfies Family;

export const upstreamErrors = {
  name: "catchment_upstream_errors_total",
  type: "counter",
  help: "Calls that an upstream host failed to answer.",
} as const satisfies Family;

/** What is counted as it happens; gauges are measured when asked for. */
export const countedFamilies: readonly Family[] = [
  httpRequests,
  httpRequestDuration,
  jobsEnded,
  jobDuration,
  upstreamErrors,
];

/** Labels as the exposition format prints them: backslash, quote and line feed are escaped. */
export function renderLabels(labels: Labels): string {
  const escape = (value: string) => value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escape(value)}"`)
    .join(",");
}

/** What a value adds to a histogram: one in its bucket, and itself to the sum. */
export function observe(value: number, buckets: readonly number[]): number[] {
  const found = buckets.findIndex((bound) => value <= bound);
  const bucket = found === -1 ? buckets.length : found;
  return [...Array.from({ length: buckets.length + 1 }, (_, index) => (index === bucket ? 1 : 0)), value];
}
