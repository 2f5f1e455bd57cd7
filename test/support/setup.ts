import { reset } from "cloudflare:test";
import { afterEach, beforeEach } from "vitest";
import { forgetCircuits } from "../../src/platform/outbound/circuit.ts";
import { createTables } from "./create-tables.ts";

/** What these test knows none of our tables; one that opens a context all the same creates them itself. */
const WITHOUT_TABLES = /\/test\/(formats|connectors)\//;

beforeEach(async ({ task }) => {
  // Before, not after: a test that ran into its time limit may still be writing when it has ended.
  await reset();
  if (!WITHOUT_TABLES.test(task.file.filepath)) await createTables();
});

afterEach(forgetCircuits);
