import { env } from "cloudflare:workers";
import { createContext } from "../../../src/context.ts";
import { jobDefinitions } from "../../../src/app.ts";
import { tick } from "../../../src/platform/schedules/tick.ts";
import {
  type Inventory,
  openAzureInventory,
  openInventory,
  VAULTS,
  vaultOf,
  withVaults,
} from "../../domains/inventory/front-door.ts";
import { openSocket, type SentFrame, signInAsToken } from "../../platform/events/readers.ts";

type Question = (prefix: string, body?: unknown) => Promise<Response>;

const DAILY = { name: "daily-full-scan", cron_expression: "0 2 * * *" };

/** An inventory in which a subscription was extracted. */
async function openExtracted(): Promise<{ inventory: Inventory; job_id: string }> {
  const { inventory } = await openAzureInventory(withVaults(vaultOf("a"), vaultOf("b")));
  const { id } = await inventory.extract({ ...VAULTS, regions: ["westeurope"] });
  return { inventory, job_id: id };
}

/** An inventory with a schedule that has run once. */
async function openScheduled(): Promise<{ inventory: Inventory; schedule_id: string }> {
  const { inventory } = await openAzureInventory();
  const { schedule_id, next_run } = await inventory.read<{ schedule_id: string; next_run: string }>("/schedules/", {
    json: DAILY,
  });
  const { ctx } = inventory.world;
  ctx.advance(Date.parse(next_run) - ctx.now());
  await tick(ctx, jobDefinitions);
  return { inventory, schedule_id };
}

const ofSchedule = async (prefix: string, call: { method: string; json?: unknown }) => {
  const { inventory, schedule_id } = await openScheduled();
  return inventory.ask(`${prefix}/schedules/${schedule_id}`, call);
};

/** The first frame of a job that says that it is running. */
async function firstRunningFrame(): Promise<SentFrame> {
  const { inventory } = await openAzureInventory(withVaults(vaultOf("a")));
  const { job_id } = await inventory.read<{ job_id: string }>("/extraction/trigger", { json: VAULTS });
  inventory.world.ctx.feeds = createContext(env, { waitUntil: () => {} }).feeds;
  const reader = await openSocket(`/ws/jobs/${job_id}`, (await signInAsToken(["inventory"])).headers);
  await inventory.world.work(job_id);
  for (;;) {
    const frame = await reader.next();
    if (frame.data?.["status"] === "running") return frame;
  }
}

/** The document's own example of every route, asked of a platform that has what the example speaks of. */
export const questions: Record<string, Question> = {
  "GET /health": () => openInventory().ask("/health"),
  "GET /extraction/providers": (prefix) => openInventory().ask(`${prefix}/extraction/providers`),
  "GET /extraction/services": (prefix) => openInventory().ask(`${prefix}/extraction/services`),
  "POST /extraction/trigger": (prefix, json) => openInventory().ask(`${prefix}/extraction/trigger`, { json }),
  "GET /extraction/jobs": async (prefix) => (await openExtracted()).inventory.ask(`${prefix}/extraction/jobs`),
  "GET /extraction/jobs/{job_id}": async (prefix) => {
    const { inventory, job_id } = await openExtracted();
    return inventory.ask(`${prefix}/extraction/jobs/${job_id}`);
  },
  "POST /schedules/": (prefix, json) => openInventory().ask(`${prefix}/schedules/`, { json }),
  "GET /schedules/": async (prefix) => (await openScheduled()).inventory.ask(`${prefix}/schedules/`),
  "GET /schedules/{schedule_id}": (prefix) => ofSchedule(prefix, { method: "GET" }),
  "PUT /schedules/{schedule_id}": (prefix) => ofSchedule(prefix, { method: "PUT", json: { enabled: false } }),
  "DELETE /schedules/{schedule_id}": (prefix) => ofSchedule(prefix, { method: "DELETE" }),
  "GET /metrics": async () => openInventory().ask("/metrics", { headers: (await signInAsToken(["metrics"])).headers }),
  "GET /ws/jobs/{job_id}": async () => Response.json(await firstRunningFrame()),
};
