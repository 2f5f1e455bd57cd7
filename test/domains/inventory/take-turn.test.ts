import { expect, it } from "vitest";
import type { ExtractionRun } from "../../../src/domains/inventory/extraction-run.ts";
import { extractionRequest } from "../../../src/domains/inventory/extraction-params.ts";
import type { ShardRow } from "../../../src/domains/inventory/shard.store.ts";
import { takeTurn } from "../../../src/domains/inventory/take-turn.ts";
import { testContext } from "../../support/context.ts";

const shard: ShardRow = {
  ...{ job_id: "job", number: 1, provider: "azure", account: "recorded", service: "keyvault", region: "global" },
  opened_as: { provider: "azure", account: "recorded", source: "recording" },
  ...{ narrowed_by: "{}", state: "pending", tasks: null, faults: 0, rests_until: 0, steps: 0, errors: [] },
  ...{ started_at: null, completed_at: null },
};

it("a cloud that could not be opened is opened again at the next turn, and then once for all", async () => {
  const ctx = testContext();
  const answers = [new Response(null, { status: 503 })];
  let opened = 0;
  const assets: typeof ctx.assets = Object.assign(Object.create(ctx.assets), {
    fetch: async (...call: Parameters<typeof ctx.assets.fetch>) => {
      opened += 1;
      return answers.pop() ?? ctx.assets.fetch(...call);
    },
  });
  // A turn commits nothing, so all it needs of its job is what was asked for.
  const job = { params: extractionRequest.parse({ provider: "azure" }) } as ExtractionRun;
  const turn = () => takeTurn({ ...ctx, assets }, job, shard, 1);
  const faults = ({ steps }: Awaited<ReturnType<typeof turn>>) => steps.map(({ fault }) => fault);

  expect(faults(await turn())).toEqual([expect.objectContaining({ message: "There is no recording of azure" })]);
  expect(faults(await turn())).toEqual([undefined]);
  expect(faults(await turn())).toEqual([undefined]);
  expect(opened).toBe(2);
});
