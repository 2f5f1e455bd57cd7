import { afterEach, describe, expect, it, vi } from "vitest";
import { errorBody, openAzureInventory, openInventory, VAULTS, vaultOf, withVaults } from "./front-door.ts";

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

afterEach(() => vi.unstubAllGlobals());

describe("an extraction that has ended", () => {
  it("says in the document's words what it was asked for and what it found", async () => {
    const { inventory } = await openAzureInventory(withVaults(vaultOf("a"), vaultOf("b")));
    const request = { ...VAULTS, regions: ["westeurope"], filters: { region: "westeurope" }, batch_size: 1 };
    const { id, created_at, completed_at } = await inventory.extract(request);
    const duration_seconds = Math.round((Number(completed_at) - created_at) / 1000);
    expect(await inventory.read("/extraction/jobs")).toEqual({
      jobs: [
        {
          job_id: id,
          status: "completed",
          provider: "azure",
          services: ["keyvault"],
          regions: ["westeurope"],
          started_at: TIME,
          completed_at: TIME,
          duration_seconds: expect.closeTo(duration_seconds, -1),
          resources_extracted: 2,
          errors: [],
        },
      ],
      total: 1,
    });
    expect(await inventory.read(`/extraction/jobs/${id}`)).toEqual({
      job_id: id,
      status: "completed",
      provider: "azure",
      services: ["keyvault"],
      regions: ["westeurope"],
      batch_size: 1,
      filters: { region: "westeurope" },
      progress: {
        total_resources: 2,
        processed_resources: 2,
        failed_resources: 0,
        current_service: null,
        current_region: null,
      },
      timing: { started_at: TIME, completed_at: TIME, duration_seconds: expect.any(Number) },
      results: { resources_extracted: 2, services_processed: 1, regions_processed: 1, errors: [] },
      transport: { type: "filesystem", destination: "./file_collector", files_created: 2, artifacts_sent: 2 },
    });
  });
});

describe("an extraction that waits for its turn", () => {
  it("is shown as running, with nothing found yet", async () => {
    const inventory = openInventory();
    const { job_id } = await inventory.read<{ job_id: string }>("/extraction/trigger", { json: {} });
    expect(await inventory.read("/extraction/jobs?status=running")).toEqual({
      jobs: [
        {
          job_id,
          status: "running",
          provider: null,
          services: null,
          regions: null,
          started_at: TIME,
          completed_at: null,
          duration_seconds: null,
          resources_extracted: 0,
          errors: [],
        },
      ],
      total: 1,
    });
    expect(await inventory.read(`/extraction/jobs/${job_id}`)).toMatchObject({
      status: "running",
      progress: { total_resources: 0, processed_resources: 0, current_service: null },
      results: { services_processed: 0, regions_processed: 0 },
    });
  });

  it("is shown as failed once it is cancelled", async () => {
    const inventory = openInventory();
    const { job_id } = await inventory.read<{ job_id: string }>("/extraction/trigger", { json: {} });
    await inventory.read(`/jobs/${job_id}/cancel`, { method: "POST" });
    expect(await inventory.read("/extraction/jobs?status=failed")).toMatchObject({
      jobs: [{ job_id, status: "failed", errors: ["cancelled"] }],
      total: 1,
    });
    expect(await inventory.read(`/extraction/jobs/${job_id}`)).toMatchObject({
      status: "failed",
      results: { errors: ["cancelled"] },
    });
  });
});

describe("an extraction that is cancelled while it works", () => {
  it("keeps what it had committed, and forgets no resource", async () => {
    const vaults = Array.from({ length: 6 }, (_, index) => vaultOf(`vault-${index}`));
    const { inventory } = await openAzureInventory({ ...withVaults(...vaults), page_size: 2 });
    await inventory.extract(VAULTS);
    const { job_id } = await inventory.read<{ job_id: string }>("/extraction/trigger", { json: VAULTS });
    const { fetch } = globalThis;
    vi.stubGlobal("fetch", async (...call: Parameters<typeof fetch>) => {
      const url = String(call[0] instanceof Request ? call[0].url : call[0]);
      if (url.includes("skiptoken=4")) await inventory.ask(`/jobs/${job_id}/cancel`, { method: "POST" });
      return fetch(...call);
    });
    const { job } = await inventory.world.work(job_id);
    expect(job.status).toBe("cancelled");
    const { total } = await inventory.read<{ total: number }>(`/extraction/jobs/${job_id}/artifacts`);
    expect(total).toBe(4);
    expect(await inventory.read(`/extraction/jobs/${job_id}`)).toMatchObject({
      status: "failed",
      results: { resources_extracted: 4, errors: ["cancelled"] },
    });
    expect(await inventory.read("/extraction/resources")).toMatchObject({ total: 6 });
  });
});

describe("the list of extractions", () => {
  it("shows the newest first, ten of them or as many as are asked for, and how many there are", async () => {
    const inventory = openInventory();
    const ids: string[] = [];
    for (let count = 0; count < 12; count++) {
      ids.unshift((await inventory.read<{ job_id: string }>("/extraction/trigger", { json: {} })).job_id);
    }
    const list = async (query: string) => {
      const { jobs, total } = await inventory.read<{ jobs: { job_id: string }[]; total: number }>(
        `/extraction/jobs${query}`,
      );
      return { ids: jobs.map(({ job_id }) => job_id), total };
    };
    ids.sort().reverse();
    expect(await list("")).toEqual({ ids: ids.slice(0, 10), total: 12 });
    expect(await list("?limit=5")).toEqual({ ids: ids.slice(0, 5), total: 12 });
    expect(await list("?limit=1000&status=running")).toEqual({ ids, total: 12 });
    expect(await list("?status=completed")).toEqual({ ids: [], total: 0 });
  });

  it.each(["limit=0", "limit=1001", "limit=ten", "limit=-1", "status=pending", "status=cancelled"])(
    "refuses %s",
    async (query) => {
      const { status, body } = await openInventory().answer(`/extraction/jobs?${query}`);
      expect(status).toBe(422);
      expect(body).toMatchObject({ error: "VALIDATION_ERROR", errors: [{ field: query.split("=")[0] }] });
    },
  );
});

describe("an unknown job", () => {
  it.each([
    "/extraction/jobs/job_1234567890",
    "/extraction/jobs/job_1234567890/artifacts",
    "/extraction/diff?from=job_1234567890&to=job_1234567890",
  ])("is not found by %s", async (path) => {
    expect(await openInventory().answer(path)).toEqual({
      status: 404,
      body: errorBody("JOB_NOT_FOUND", "Job not found: job_1234567890"),
    });
  });

  it("is any job that is no extraction", async () => {
    const inventory = openInventory();
    const { job_id } = await inventory.read<{ job_id: string }>("/extraction/trigger", { json: {} });
    await inventory.world.ctx.db.run(`UPDATE jobs SET type = 'download' WHERE id = '${job_id}'`);
    expect(await inventory.answer(`/extraction/jobs/${job_id}`)).toEqual({
      status: 404,
      body: errorBody("JOB_NOT_FOUND", `Job not found: ${job_id}`),
    });
  });
});

describe("the estimated completion", () => {
  const estimate = async (inventory: ReturnType<typeof openInventory>, request: object) => {
    const asked_at = Math.floor(Date.now() / 1000) * 1000;
    const { estimated_completion } = await inventory.read<{ estimated_completion: string }>("/extraction/trigger", {
      json: request,
    });
    return Math.round((Date.parse(estimated_completion) - asked_at) / 1000);
  };

  it("is at least a minute away, and later after a slow extraction", async () => {
    const { inventory } = await openAzureInventory(withVaults(vaultOf("a")));
    const first = await inventory.extract(VAULTS);
    expect(await estimate(inventory, VAULTS)).toBeGreaterThanOrEqual(60);
    expect(await estimate(inventory, VAULTS)).toBeLessThanOrEqual(62);
    const slow = first.completed_at ?? 0;
    await inventory.world.ctx.db.run(`UPDATE jobs SET started_at = ${slow - 600_000} WHERE id = '${first.id}'`);
    expect(await estimate(inventory, VAULTS)).toBeGreaterThanOrEqual(600);
  });
});
