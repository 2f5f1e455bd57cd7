import { expect, it } from "vitest";
import { AppError, badRequest } from "../src/errors.ts";
import { loadLazily } from "../src/lazy-modules.ts";
import { ObjectChanged } from "../src/platform/storage/ranges.ts";

it("a module that is built apart is loaded once", async () => {
  const [first, second] = await Promise.all([loadLazily("aws"), loadLazily("aws")]);
  expect(first.modelOf("sts").endpoint_prefix).toBe("sts");
  expect(second.modelOf).toBe(first.modelOf);
});

it("an error of the app is told from others, and from its narrower kinds", () => {
  const ours = badRequest("no");
  expect([ours instanceof AppError, ours instanceof ObjectChanged]).toEqual([true, false]);
  expect(new Error("no") instanceof AppError).toBe(false);
});
