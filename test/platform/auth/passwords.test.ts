import { scryptSync } from "node:crypto";
import { expect, it } from "vitest";
import { hashPassword, verifyPassword } from "../../../src/platform/auth/passwords.ts";

it("hashes by scrypt with its parameters and a fresh salt, as any other scrypt reads it", async () => {
  const [first, second] = await Promise.all([hashPassword("securepassword"), hashPassword("securepassword")]);
  expect(first).not.toBe(second);
  const [scheme, N, r, p, salt = "", hash] = first.split("$");
  expect([scheme, N, r, p]).toEqual(["scrypt", "16384", "8", "1"]);
  const expected = scryptSync("securepassword", Buffer.from(salt, "base64"), 32, { N: 16_384, r: 8, p: 1 });
  expect(hash).toBe(expected.toString("base64"));
});

it("accepts the password and nothing else", async () => {
  const hash = await hashPassword("securepassword");
  expect(await verifyPassword("securepassword", hash)).toBe(true);
  expect(await verifyPassword("Securepassword", hash)).toBe(false);
  expect(await verifyPassword("", hash)).toBe(false);
  expect(await verifyPassword("securepassword", null)).toBe(false);
});

it("accepts a hash of another cost", async () => {
  const salt = Buffer.from("0123456789abcdef");
  const hash = scryptSync("securepassword", salt, 32, { N: 1_024, r: 8, p: 1 });
  const encoded = `scrypt$1024$8$1$${salt.toString("base64")}$${hash.toString("base64")}`;
  expect(await verifyPassword("securepassword", encoded)).toBe(true);
});

it("accepts accented letters however the keyboard composed them", async () => {
  expect(await verifyPassword("cafe\u0301 terrasse", await hashPassword("caf\u00e9 terrasse"))).toBe(true);
});
