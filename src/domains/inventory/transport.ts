import { retryAfter } from "../../connectors/clouds/errors.ts";
import type { Context } from "../../context.ts";
import { AppError, unavailable } from "../../errors.ts";
import type { Statement } from "../../platform/jobs/define.ts";
import { upstreamFetch } from "../../platform/outbound/upstream-fetch.ts";
import type { ArtifactRow } from "./artifact.store.ts";
import { storeFiles } from "./artifact-files.ts";

/** An artifact on its way out. */
export interface Outgoing {
  artifact: ArtifactRow;
  document: string;
}

/** How a batch of artifacts fared. */
export interface Dispatch {
  sent: ArtifactRow[];
  /** Refused for good, with the reason. */
  refused: { artifact: ArtifactRow; reason: string }[];
  /** May be tried again. Artifacts that were not offered at all are in none of the lists. */
  faulty: { artifact: ArtifactRow; reason: string }[];
  /** Seconds for which the receiver is to be left alone, and why. */
  rests_seconds: number;
  rests_because: string;
  /** To be committed together with the outcome. */
  statements: Statement[];
}

type Transport = (ctx: Context, job: { id: string; created_at: number }, batch: Outgoing[]) => Promise<Dispatch>;

/** As many as the platform has connections. */
const POSTS_AT_ONCE = 6;
/** Well below the lease of a job, with the 30 s that the last posts may take. */
const LONGEST_DISPATCH_MS = 20_000;

/** Ways out for artifacts, by their configured name. */
export const transports: Record<Context["config"]["INVENTORY_TRANSPORT"], Transport> = {
  filesystem: async (ctx, job, batch) => ({
    ...allSent(batch),
    statements: await storeFiles(ctx, job, batch),
  }),
  null: async (_ctx, _job, batch) => allSent(batch),
  async console(ctx, _job, batch) {
    for (const { document } of batch) ctx.log.info("artifact", { artifact: JSON.parse(document) });
    return allSent(batch);
  },
  async http(ctx, _job, batch) {
    const until = ctx.now() + LONGEST_DISPATCH_MS;
    const fetch = upstreamFetch(ctx);
    const dispatch = allSent([]);
    // The first goes alone: where the receiver rests, that is known before the others ask.
    for (let at = 0; at < batch.length && ctx.now() < until; at += at === 0 ? 1 : POSTS_AT_ONCE) {
      const group = batch.slice(at, at === 0 ? 1 : at + POSTS_AT_ONCE);
      const outcomes = await Promise.all(group.map((outgoing) => post(ctx, fetch, outgoing)));
      for (const { outcome, artifact, reason, rests_seconds } of outcomes) {
        if (outcome === "sent") dispatch.sent.push(artifact);
        else if (outcome !== "not offered") dispatch[outcome].push({ artifact, reason });
        if (rests_seconds > dispatch.rests_seconds) {
          Object.assign(dispatch, { rests_seconds, rests_because: reason });
        }
      }
      if (dispatch.rests_seconds > 0) break;
    }
    return dispatch;
  },
};

/** Where artifacts go, as a job's detail shows it; never with a query or user info of the URL. */
export function describeDestination(ctx: Pick<Context, "config">): string | null {
  const { INVENTORY_TRANSPORT, INVENTORY_TRANSPORT_URL } = ctx.config;
  if (INVENTORY_TRANSPORT === "filesystem") return "./file_collector";
  if (INVENTORY_TRANSPORT !== "http") return null;
  const url = URL.parse(INVENTORY_TRANSPORT_URL);
  return url ? `${url.origin}${url.pathname}` : null;
}

const allSent = (batch: Outgoing[]): Dispatch => ({
  sent: batch.map(({ artifact }) => artifact),
  refused: [],
  faulty: [],
  rests_seconds: 0,
  rests_because: "",
  statements: [],
});

/** The same artifact has the same idempotency key, so that a receiver can tell a second delivery. */
async function post(ctx: Context, fetch: typeof globalThis.fetch, { artifact, document }: Outgoing) {
  const { INVENTORY_TRANSPORT_URL: url, INVENTORY_TRANSPORT_TOKEN: token } = ctx.config;
  if (url === "") throw unavailable("INVENTORY_TRANSPORT_URL is not set");
  try {
    const response = await fetch(url, {
      method: "POST",
      redirect: "manual",
      headers: {
        "Content-Type": "application/json",
        "Idempotency-Key": `${artifact.job_id}-${artifact.document_hash}`,
        ...(token === "" ? {} : { Authorization: `Bearer ${token}` }),
      },
      body: document,
    });
    await response.body?.cancel();
    if (response.ok) return { outcome: "sent" as const, artifact, reason: "", rests_seconds: 0 };
    const outcome = response.status >= 500 || response.status === 429 ? ("faulty" as const) : ("refused" as const);
    const rests_seconds = response.status === 429 ? (retryAfter(response.headers) ?? 0) : 0;
    return { outcome, artifact, reason: `answered ${response.status}`, rests_seconds };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { message: reason, retry_after = 0 } = error;
    // The circuit let nothing through, so that this was no try.
    if (error.status === 503) return { outcome: "not offered" as const, artifact, reason, rests_seconds: retry_after };
    return { outcome: "faulty" as const, artifact, reason, rests_seconds: 0 };
  }
}
