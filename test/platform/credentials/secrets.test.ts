import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createContext } from "../../../src/context.ts";
import { deleteSecret, putSecret, readSecret } from "../../../src/platform/credentials/secrets.ts";
import { createVault } from "../../../src/platform/credentials/vault.ts";

const identity = { owner: "usr_1", purpose: "bank-login", id: "cred_1" };
const context = () => createContext(env, createExecutionContext());

async function dumpDatabase(): Promise<string> {
  const tables = await env.DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{ name: string }>();
  const readable = tables.results.filter(({ name }) => !name.startsWith("_cf_"));
  const dumps = await Promise.all(readable.map(({ name }) => env.DB.prepare(`SELECT * FROM "${name}"`).all()));
  return JSON.stringify(dumps.map((dump) => dump.results));
}

describe("stored secrets", () => {
  it("come back as they were put, and a second put replaces the first", async () => {
    const ctx = context();
    await putSecret(ctx, identity, "first");
    await putSecret(ctx, identity, "second");
    expect(await readSecret(ctx, identity)).toBe("second");
  });

  it("leave no plaintext in any table", async () => {
    await putSecret(context(), identity, "correct horse battery staple");
    const dump = await dumpDatabase();
    expect(dump).toContain("cred_1");
    expect(dump).not.toContain("correct horse");
    expect(dump).not.toContain(btoa("correct horse battery staple").slice(0, 20));
  });

  it("do not open when two rows have swapped their ciphertexts", async () => {
    const ctx = context();
    const other = { ...identity, id: "cred_2" };
    await putSecret(ctx, identity, "mine");
    await putSecret(ctx, other, "theirs");
    const { results } = await env.DB.prepare("SELECT sealed FROM credentials ORDER BY id").all<{ sealed: string }>();
    const swap = env.DB.prepare("UPDATE credentials SET sealed = ? WHERE id = ?");
    await env.DB.batch([swap.bind(results[1]?.sealed, "cred_1"), swap.bind(results[0]?.sealed, "cred_2")]);
    await expect(readSecret(ctx, identity)).rejects.toMatchObject({ status: 503 });
    await expect(readSecret(ctx, other)).rejects.toMatchObject({ status: 503 });
  });

  it("do not open when a row is given to another owner", async () => {
    const ctx = context();
    await putSecret(ctx, identity, "mine");
    await env.DB.prepare("UPDATE credentials SET owner = 'usr_2'").run();
    await expect(readSecret(ctx, { ...identity, owner: "usr_2" })).rejects.toMatchObject({ status: 503 });
  });

  it("are not there for another owner, who cannot overwrite them either", async () => {
    const ctx = context();
    const stranger = { ...identity, owner: "usr_2" };
    await putSecret(ctx, identity, "mine");
    await expect(readSecret(ctx, stranger)).rejects.toMatchObject({ status: 404, message: "Credential not found" });
    await expect(putSecret(ctx, stranger, "theirs")).rejects.toMatchObject({ status: 409 });
    expect(await deleteSecret(ctx, stranger)).toBe(false);
    expect(await readSecret(ctx, identity)).toBe("mine");
  });

  it("are gone after a delete", async () => {
    const ctx = context();
    await putSecret(ctx, identity, "mine");
    expect(await deleteSecret(ctx, identity)).toBe(true);
    await expect(readSecret(ctx, identity)).rejects.toMatchObject({ status: 404 });
  });

  it("say which key is lost", async () => {
    const ctx = context();
    await putSecret(ctx, identity, "mine");
    const vault = createVault(`2:${btoa("0123456789abcdef0123456789abcdef")}`);
    await expect(readSecret({ ...ctx, vault }, identity)).rejects.toMatchObject({
      status: 503,
      message: "The vault key with version 1 is missing from VAULT_KEYS",
    });
  });
});
