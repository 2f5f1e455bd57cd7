import { describe, expect, it } from "vitest";
import { createVault, vaultProblem } from "../../../src/platform/credentials/vault.ts";

const key = (byte: number) => btoa(String.fromCharCode(...new Uint8Array(32).fill(byte)));
const oldKeys = `1:${key(1)}`;
const bothKeys = `2:${key(2)},1:${key(1)}`;
const newKeys = `2:${key(2)}`;
const identity = { owner: "usr_1", purpose: "bank-login", id: "cred_1" };

describe("the vault", () => {
  it("opens what it sealed", async () => {
    const vault = createVault(oldKeys);
    const { sealed, key_version } = await vault.seal(identity, "pässword 🔑");
    expect(key_version).toBe(1);
    expect(sealed).toMatch(/^v1\.1\.[\w-]{16}\.[\w-]+$/);
    expect(await vault.open(identity, sealed)).toBe("pässword 🔑");
  });

  it("seals the same secret differently every time", async () => {
    const vault = createVault(oldKeys);
    const first = await vault.seal(identity, "secret");
    const second = await vault.seal(identity, "secret");
    expect(first.sealed).not.toBe(second.sealed);
  });

  it.each([
    ["another row", { ...identity, id: "cred_2" }],
    ["another owner", { ...identity, owner: "usr_2" }],
    ["another purpose", { ...identity, purpose: "aws-keys" }],
    ["parts that join to the same text", { owner: "usr_1bank", purpose: "-login", id: "cred_1" }],
  ])("does not open a ciphertext moved to %s", async (_case, other) => {
    const vault = createVault(oldKeys);
    const { sealed } = await vault.seal(identity, "secret");
    await expect(vault.open(other, sealed)).rejects.toMatchObject({
      status: 503,
      message: "A stored secret does not open under the vault key with version 1",
    });
  });

  it("does not open a ciphertext with a changed bit", async () => {
    const vault = createVault(oldKeys);
    const { sealed } = await vault.seal(identity, "secret");
    const at = sealed.length - 3;
    const changed = `${sealed.slice(0, at)}${sealed[at] === "A" ? "B" : "A"}${sealed.slice(at + 1)}`;
    await expect(vault.open(identity, changed)).rejects.toMatchObject({ status: 503 });
  });

  it("refuses a row that is no envelope", async () => {
    await expect(createVault(oldKeys).open(identity, "plain text")).rejects.toMatchObject({
      status: 503,
      message: "A stored secret is not a sealed envelope",
    });
  });

  it("opens under an old key and seals under the first", async () => {
    const { sealed } = await createVault(oldKeys).seal(identity, "secret");
    const vault = createVault(bothKeys);
    expect(await vault.open(identity, sealed)).toBe("secret");
    expect((await vault.seal(identity, "secret")).key_version).toBe(2);
    expect(vault.currentVersion()).toBe(2);
    expect(vault.versions()).toEqual([2, 1]);
  });

  it("names a lost key", async () => {
    const { sealed } = await createVault(oldKeys).seal(identity, "secret");
    await expect(createVault(newKeys).open(identity, sealed)).rejects.toMatchObject({
      status: 503,
      message: "The vault key with version 1 is missing from VAULT_KEYS",
    });
  });

  it("says that another key hides under the same version", async () => {
    const { sealed } = await createVault(oldKeys).seal(identity, "secret");
    await expect(createVault(`1:${key(9)}`).open(identity, sealed)).rejects.toMatchObject({
      status: 503,
      message: "A stored secret does not open under the vault key with version 1",
    });
  });
});

describe("VAULT_KEYS", () => {
  it.each([
    ["", "VAULT_KEYS is missing"],
    ["nonsense", "Entry 1 of VAULT_KEYS is not a version and a key in base64"],
    [`2:${key(2)},`, "Entry 2 of VAULT_KEYS is not a version and a key in base64"],
    ["7:c2hvcnQ=", "The key with version 7 in VAULT_KEYS is not 32 bytes"],
    [`1:${key(1)},1:${key(2)}`, "VAULT_KEYS has version 1 twice"],
  ])("%j is refused with a sentence and no key", async (VAULT_KEYS, sentence) => {
    expect(vaultProblem({ VAULT_KEYS })).toBe(sentence);
    await expect(createVault(VAULT_KEYS).seal(identity, "secret")).rejects.toMatchObject({
      status: 503,
      message: sentence,
    });
  });

  it("has no problem when it is well-formed, spaces included", () => {
    expect(vaultProblem({ VAULT_KEYS: `2:${key(2)} , 1:${key(1)}` })).toBeNull();
  });
});
