import { describe, expect, it } from "vitest";
import { errorBody, openAzureInventory, openInventory, VAULTS, vaultOf, withVaults } from "./front-door.ts";

const SUBSCRIPTION = "6f1c1f4e-9a0f-4a3e-8d7e-2b9f5a1c3d4e";
const PATH = `/extraction/credentials/azure/${SUBSCRIPTION}`;
const SECRET = "s3cr3t-of-mine";
const AZURE = { tenant_id: "contoso.example", client_id: "application", client_secret: SECRET };
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/);

const masked = {
  provider: "azure",
  account: SUBSCRIPTION,
  credentials: { tenant_id: "contoso.example", client_id: "application", client_secret: "****" },
  created_at: TIME,
  updated_at: TIME,
};

const put = (json: unknown) => ({ method: "PUT", json });

/** Credentials of an Azure that are in the vault, and not in the configuration. */
async function openStored() {
  const { azure, inventory } = await openAzureInventory(withVaults(vaultOf("a")), { AZURE_CLIENT_ID: "" });
  await inventory.read(PATH, put(azure.credentials));
  return { azure, inventory };
}

describe("the credentials of an account", () => {
  it("are stored, shown and listed without secrets, and deleted", async () => {
    const inventory = openInventory();
    expect(await inventory.read(PATH, put(AZURE))).toEqual(masked);
    expect(await inventory.read(PATH)).toEqual(masked);
    expect(await inventory.read("/extraction/credentials")).toEqual({ accounts: [masked], total: 1 });
    expect(await inventory.read(PATH, { method: "DELETE" })).toEqual({ message: "Credentials deleted successfully" });
    expect(await inventory.read("/extraction/credentials")).toEqual({ accounts: [], total: 0 });
  });

  it("are sealed in the database", async () => {
    const inventory = openInventory();
    await inventory.read(PATH, put(AZURE));
    for (const table of ["cloud_accounts", "credentials"]) {
      const rows = await inventory.world.ctx.db.all(`SELECT * FROM ${table}`);
      expect(rows).toHaveLength(1);
      expect(JSON.stringify(rows)).not.toContain(SECRET);
    }
  });

  it("open the account for an extraction", async () => {
    const { inventory } = await openStored();
    const { status, errors, results } = await inventory.extract(VAULTS);
    expect({ status, errors, found: results?.["resources_extracted"] }).toEqual({
      ...{ status: "completed", errors: [], found: 1 },
    });
  });

  it("keep the stored secret where the mask is sent back", async () => {
    const { azure, inventory } = await openStored();
    await inventory.read(PATH, put({ ...azure.credentials, client_secret: "****" }));
    expect(await inventory.extract(VAULTS)).toMatchObject({ status: "completed", errors: [] });
    await inventory.read(PATH, put({ ...azure.credentials, client_secret: "another" }));
    expect(await inventory.extract(VAULTS)).toMatchObject({ status: "failed" });
  });

  it("have no secret to keep when none is stored", async () => {
    const field = { field: "credentials", message: "there is no stored secret to keep" };
    expect(await openInventory().answer(PATH, put({ ...AZURE, client_secret: "****" }))).toEqual({
      status: 422,
      body: errorBody("VALIDATION_ERROR", `${field.field}: ${field.message}`, [field]),
    });
  });

  it.each([
    ["GET", PATH],
    ["DELETE", PATH],
    ["POST", `${PATH}/check`],
    ["GET", `/extraction/credentials/azure/${encodeURIComponent("' OR 1=1 --")}`],
  ])("that are not stored are not found by %s %s", async (method, path) => {
    const { status, body } = await openInventory().answer(path, { method });
    const account = decodeURIComponent(path.replace("/check", "").split("/").at(-1) ?? "");
    expect({ status, body }).toEqual({
      status: 404,
      body: errorBody("NOT_FOUND", `No credentials for azure ${account}`),
    });
  });

  it.each([
    ["aws", "12345678901"],
    ["azure", "not-a-subscription"],
    ["azure", "' OR 1=1 --"],
    ["gcp", "My Project"],
    ["gcp", "../../etc"],
    ["gcp", "пример-проекта"],
  ])("of %s cannot be for %j", async (provider, account) => {
    const path = `/extraction/credentials/${provider}/${encodeURIComponent(account)}`;
    const { status, body } = await openInventory().answer(path, put(AZURE));
    expect(status).toBe(422);
    expect(body).toMatchObject({ errors: [{ field: "account", message: `is not an account of ${provider}` }] });
  });

  it("of another cloud are refused", async () => {
    expect((await openInventory().ask("/extraction/credentials/ibm/1", put(AZURE))).status).toBe(422);
  });

  const key = "-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5IG9mIG1pbmU=\n-----END PRIVATE KEY-----\n";
  const serviceAccount = { client_email: "reader@project.iam.gserviceaccount.com", private_key: key };

  it.each([
    ["azure", SUBSCRIPTION, { tenant_id: "a", client_id: "b" }, "client_secret"],
    ["azure", SUBSCRIPTION, {}, "tenant_id"],
    ["aws", "123456789012", { access_key_id: "AKIAIOSFODNN7EXAMPLE" }, "secret_access_key"],
    ["gcp", "my-project", { service_account: `{"private_key": "${SECRET}` }, "service_account"],
    ["gcp", "my-project", { service_account: { client_email: "nobody" } }, "service_account"],
  ])("of %s %s that lack something are refused by its field", async (provider, account, json, field) => {
    const { status, body } = await openInventory().answer(`/extraction/credentials/${provider}/${account}`, put(json));
    expect(status).toBe(422);
    expect(JSON.stringify(body)).toContain(`"field":"${field}`);
    expect(JSON.stringify(body)).not.toContain(SECRET);
  });

  it("whose PEM does not parse are refused, without the key in the answer", async () => {
    const path = "/extraction/credentials/gcp/my-project";
    for (const service_account of [serviceAccount, JSON.stringify(serviceAccount)]) {
      const { status, body } = await openInventory().answer(path, put({ service_account }));
      expect(status).toBe(422);
      expect(JSON.stringify(body)).toContain("private_key");
      expect(JSON.stringify(body)).not.toContain("bm90IGEga2V5");
    }
  });

  it.each(["{", "[]", '"text"', '{"client_secret": 7}'])("that are %s are refused", async (body) => {
    expect((await openInventory().ask(PATH, { method: "PUT", body })).status).toBe(422);
  });
});

describe("the check of credentials", () => {
  it("says of each service whether it can be read, and which call is denied", async () => {
    const { azure, inventory } = await openStored();
    const error = { code: "AuthorizationFailed", message: "no permission" };
    await azure.change({ faults: [{ on: "Microsoft.Sql", status: 403, body: JSON.stringify({ error }) }] });
    const { services, ...answer } = await inventory.read<{
      services: { service: string; ok: boolean; missing: string[] }[];
    }>(`${PATH}/check`, { method: "POST" });
    expect(answer).toEqual({
      ...{ provider: "azure", account: SUBSCRIPTION, identity: SUBSCRIPTION, ok: false, error: null },
    });
    expect(services).toHaveLength(8);
    expect(services).toContainEqual({ service: "keyvault", ok: true, missing: [] });
    expect(services.find(({ service }) => service === "sql")).toEqual({
      service: "sql",
      ok: false,
      missing: ["/providers/Microsoft.Sql/servers: AuthorizationFailed - no permission"],
    });
  });

  it("says why nothing can be read with a wrong secret, and does not repeat it", async () => {
    const { azure, inventory } = await openStored();
    await inventory.read(PATH, put({ ...azure.credentials, client_secret: SECRET }));
    const answer = await inventory.read(`${PATH}/check`, { method: "POST" });
    expect(answer).toMatchObject({ ok: false, identity: null, services: [] });
    expect(answer["error"]).toMatch(/^azure token: invalid_client/);
    expect(JSON.stringify(answer)).not.toContain(SECRET);
  });
});
