import { reset } from "cloudflare:test";
import { afterEach, beforeEach } from "vitest";
import { forgetCircuits } from "../../src/platform/outbound/circuit.ts";
import { createTables } from "./create-tables.ts";

/** What these test knows none of our tables; one that opens a context all the same creates them itself. */
const WITHOUT_TABLES = /\/test\/(formats|connectors)\//;

beforeEach(async ({ task }) => {
  if (WITHOUT_TABLES.test(task.file.filepath)) return;
  await createTables().catch(async () => {
    // A test that ran into its time limit may have written after it had ended.
    await reset();
    await createTables();
  });
});

afterEach(async () => {
  forgetCircuits();
  await reset();
});
