import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach } from "vitest";
import { forgetCircuits } from "../../src/platform/outbound/circuit.ts";

beforeEach(async () => {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS.DB);
  await applyD1Migrations(env.WAREHOUSE, env.TEST_MIGRATIONS.WAREHOUSE);
});

afterEach(async () => {
  forgetCircuits();
  await reset();
});
