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
  /** May be tried again. */
  faulty: { artifact: ArtifactRow; reason: string }[];
  /** To be committed together with the outcome. */
  statements: Statement[];
}

type Transport = (ctx: Context, job: { id: string; created_at: number }, batch: Outgoing[]) => Promise<Dispatch>;

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
    const fetch = upstreamFetch(ctx);
    const outcomes = await Promise.all(batch.map((outgoing) => post(ctx, fetch, outgoing)));
    const dispatch: Dispatch = { sent: [], refused: [], faulty: [], statements: [] };
    for (const { outcome, artifact, reason } of outcomes) {
      if (outcome === "sent") dispatch.sent.push(artifact);
      else dispatch[outcome].push({ artifact, reason });
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
    if (response.ok) return { outcome: "sent" as const, artifact, reason: "" };
    const again = response.status >= 500 || response.status === 429;
    return { outcome: again ? ("faulty" as const) : ("refused" as const), artifact, reason: `${response.status}` };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { outcome: "faulty" as const, artifact, reason: error.message };
  }
}
