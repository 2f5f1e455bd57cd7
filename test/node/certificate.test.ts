import { X509Certificate } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ensureCertificate } from "../../src/cli/certificate.ts";
import { createStateFolder } from "../support/catchment-process.ts";

let state: ReturnType<typeof createStateFolder>;

beforeEach(() => {
  state = createStateFolder();
});

afterEach(() => state.remove());

it("makes a leaf for localhost and 127.0.0.1 that is valid for a year, with a key only its owner may read", async () => {
  const pair = await ensureCertificate(state.folder);

  const certificate = new X509Certificate(readFileSync(pair.certificate));
  expect(pair.created).toBe(true);
  expect(certificate.ca).toBe(false);
  expect(certificate.checkHost("localhost")).toBe("localhost");
  expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
  expect(Date.parse(certificate.validTo) - Date.now()).toBeGreaterThan(364 * 24 * 60 * 60 * 1000);
  expect(statSync(pair.key).mode & 0o777).toBe(0o600);
});

it("keeps a pair that is still valid", async () => {
  const first = await ensureCertificate(state.folder);
  const bytes = readFileSync(first.certificate, "utf8");

  const second = await ensureCertificate(state.folder);

  expect(second).toEqual({ ...first, created: false });
  expect(readFileSync(second.certificate, "utf8")).toBe(bytes);
});

it("makes a new pair in place of one that cannot be read", async () => {
  const first = await ensureCertificate(state.folder);
  writeFileSync(first.certificate, "damaged");

  const second = await ensureCertificate(state.folder);

  expect(second.created).toBe(true);
  expect(new X509Certificate(readFileSync(second.certificate)).checkHost("localhost")).toBe("localhost");
});
