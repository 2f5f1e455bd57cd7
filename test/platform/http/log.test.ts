import { drizzle } from "drizzle-orm/d1";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { describeError } from "../../../src/platform/http/log.ts";
import { insertUser } from "../../../src/platform/auth/user.store.ts";

it("says why a query failed without the values it carried", async () => {
  await env.DB.exec("DROP TABLE users");
  const row = { id: "1", email: "secret@example.com", password_hash: "secret-hash", created_at: 0, updated_at: 0 };
  const error = await insertUser(drizzle(env.DB), row).then(
    () => null,
    (reason: unknown) => reason,
  );
  const described = describeError(error);
  expect(described.error).toContain("no such table: users");
  expect(JSON.stringify(described)).not.toContain("secret");
});

it("describes what is no error by its text", () => {
  expect(describeError("odd")).toEqual({ error: "odd", stack: null });
});
