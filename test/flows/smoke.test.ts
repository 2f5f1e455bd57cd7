import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";

it("answers an unknown path with the error body", async () => {
  const response = await exports.default.fetch("http://localhost/nowhere");
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ error: "NOT_FOUND", detail: "Not found", errors: [] });
});
