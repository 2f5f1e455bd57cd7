import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { type Context, createContext } from "../../../src/context.ts";
import { describeKeys } from "../../../src/platform/credentials/keys.ts";
import { rotateVaultJob } from "../../../src/platform/credentials/rotate.job.ts";
import { putSecret, readSecret } from "../../../src/platform/credentials/secrets.ts";
import { createVault } from "../../../src/platform/credentials/vault.ts";
import { runSlice } from "../../../src/platform/jobs/consume.ts";
import { findJob } from "../../../src/platform/jobs/job.store.ts";
import { startJob } from "../../../src/platform/jobs/start.ts";
import { errorBody, makeContext, register, send, sendUnder, signInAdmin } from "../auth/client.ts";

const key = (byte: number) => btoa(String.fromCharCode(...new Uint8Array(32).fill(byte)));
const secretOf = (index: number) => ({ owner: `usr_${index % 3}`, purpose: "bank-login", id: `cred_${index}` });

/** A platform whose messages the test delivers itself. */
function contextWith(keys: string): Context {
  const queues: Context["queues"] = { send: async () => {} };
  return { ...createContext(env, createExecutionContext()), vault: createVault(keys), queues };
}

async function rotate(ctx: Context) {
  const { id } = await startJob(ctx, rotateVaultJob, {}, { subject: rotateVaultJob.type });
  await runSlice(ctx, new Map([[rotateVaultJob.type, rotateVaultJob]]), id);
  return findJob(ctx.db, id);
}

describe("rotating the vault", () => {
  it("moves every secret to the current key and says that the old one is unused", async () => {
    const before = contextWith(`1:${key(1)}`);
    for (let index = 0; index < 120; index++) await putSecret(before, secretOf(index), `secret ${index}`);

    const job = await rotate(contextWith(`2:${key(2)},1:${key(1)}`));
    expect(job).toMatchObject({
      status: "completed",
      results: { resealed: 120, remaining: {}, unused_versions: [1] },
      errors: [],
    });

    const after = contextWith(`2:${key(2)}`);
    for (let index = 0; index < 120; index++) expect(await readSecret(after, secretOf(index))).toBe(`secret ${index}`);
  });

  it("leaves a secret alone whose key is lost, and names the key", async () => {
    await putSecret(contextWith(`1:${key(1)}`), secretOf(1), "lost");
    await putSecret(contextWith(`2:${key(2)}`), secretOf(2), "kept");

    const ctx = contextWith(`3:${key(3)},2:${key(2)}`);
    expect(await rotate(ctx)).toMatchObject({
      status: "completed",
      results: { resealed: 1, remaining: { 1: 1 }, unused_versions: [2] },
      errors: ["The vault key with version 1 is missing from VAULT_KEYS (secrets: 1)"],
    });
    expect(await readSecret(ctx, secretOf(2))).toBe("kept");
    expect(await readSecret(contextWith(`1:${key(1)}`), secretOf(1))).toBe("lost");
    expect(await describeKeys(ctx)).toEqual({
      current_version: 3,
      keys: [
        { version: 3, configured: true, secrets: 1 },
        { version: 2, configured: true, secrets: 0 },
        { version: 1, configured: false, secrets: 1 },
      ],
    });
  });

  it("fails when not one secret could be moved", async () => {
    await putSecret(contextWith(`1:${key(1)}`), secretOf(1), "lost");
    expect(await rotate(contextWith(`2:${key(2)}`))).toMatchObject({
      status: "failed",
      errors: ["The vault key with version 1 is missing from VAULT_KEYS (secrets: 1)"],
    });
  });

  it("finds nothing to do when all is under the current key", async () => {
    await putSecret(contextWith(`1:${key(1)}`), secretOf(1), "fine");
    expect(await rotate(contextWith(`1:${key(1)}`))).toMatchObject({
      status: "completed",
      results: { resealed: 0, remaining: {}, unused_versions: [] },
    });
  });
});

describe("the vault's routes", () => {
  const routes: [string, string][] = [
    ["GET", "/admin/vault"],
    ["POST", "/admin/vault/rotate"],
  ];

  it("start one rotation and show what each key seals", async () => {
    await putSecret(makeContext(), secretOf(1), "mine");
    const token = await signInAdmin();
    const headers = { "Idempotency-Key": "rotation-1" };
    const answer = await send("POST", "/admin/vault/rotate", { token, headers });
    const job = await answer.json<{ id: string }>();
    expect(answer.status).toBe(202);
    expect(job).toMatchObject({ type: "vault-rotate", status: "pending", subject: "vault-rotate", params: {} });

    const again = await send("POST", "/admin/vault/rotate", { token, headers });
    expect(await again.json()).toEqual(job);
    await vi.waitFor(async () => {
      const shown = await send("GET", `/jobs/${job.id}`, { token });
      expect(await shown.json()).toMatchObject({
        status: "completed",
        results: { resealed: 0, remaining: {}, unused_versions: [] },
      });
    }, 10_000);

    const vault = await send("GET", "/admin/vault", { token });
    expect(await vault.json()).toEqual({
      current_version: 1,
      keys: [{ version: 1, configured: true, secrets: 1 }],
    });
  });

  it.each(routes)("%s %s says what is wrong with VAULT_KEYS", async (method, path) => {
    const response = await sendUnder({ VAULT_KEYS: "" }, method, path, { token: await signInAdmin() });
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual(errorBody("UNAVAILABLE", "VAULT_KEYS is missing"));
  });

  it.each(routes)("%s %s is for admins only", async (method, path) => {
    const nobody = await send(method, path);
    expect(nobody.status).toBe(401);
    expect(await nobody.json()).toEqual(errorBody("MISSING_TOKEN", "Authorization header missing"));
    const { token } = await register("someone@example.org");
    const user = await send(method, path, { token });
    expect(user.status).toBe(403);
    expect(await user.json()).toEqual(errorBody("FORBIDDEN", "You may not do this"));
  });
});
