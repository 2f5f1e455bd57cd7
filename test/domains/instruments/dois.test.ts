import { beforeEach, describe, expect, it } from "vitest";
import { registerFileDoi } from "../../../src/domains/instruments/dois.ts";
import { testContext } from "../../support/context.ts";
import { aFile, anAdmin, type Caller, errorBody, NOTHING, SHARE } from "./laboratory.ts";

const SETTINGS = {
  ...{ DATACITE_URL: "https://api.test.datacite.org", DATACITE_REPOSITORY_ID: "LAB.TEST", DATACITE_PASSWORD: "pw" },
  ...{ DATACITE_PREFIX: "10.5072", DATACITE_PUBLISHER: "The Lab", PUBLIC_URL: "https://catchment.example.org" },
};

let admin: Caller;
let file: Awaited<ReturnType<typeof aFile>>;

beforeEach(async () => {
  admin = await anAdmin();
  const { id } = await admin.create("/api/instruments", SHARE);
  file = await aFile(id);
});

/** A DataCite that gives these answers one after the other, and what it was asked. */
function datacite(...statuses: number[]) {
  const asked: Request[] = [];
  const base = testContext();
  const ctx = testContext({
    config: { ...base.config, ...SETTINGS },
    fetch: async (input, init) => {
      asked.push(new Request(input, init));
      return new Response("{}", { status: statuses[asked.length - 1] ?? 500 });
    },
  });
  return { asked, register: () => registerFileDoi(ctx, file.id) };
}

describe("a DOI", () => {
  it("is registered once with what DataCite wants, leads to the ARK, and stays with the file", async () => {
    const { asked, register } = datacite(201);
    const doi = `10.5072/${file.persistent_id.split("/").at(-1)}`;
    const url = `https://catchment.example.org/${file.persistent_id}`;
    expect([await register(), await register()]).toEqual([
      { doi, url },
      { doi, url },
    ]);
    expect(asked.map((request) => `${request.method} ${request.url}`)).toEqual([
      "POST https://api.test.datacite.org/dois",
    ]);
    expect(asked[0]?.headers.get("Authorization")).toBe(`Basic ${btoa("LAB.TEST:pw")}`);
    expect(asked[0]?.headers.get("Content-Type")).toBe("application/vnd.api+json");
    const attributes = {
      ...{ event: "publish", doi, url, publisher: "The Lab", publicationYear: 2025 },
      titles: [{ title: "image.tif" }],
      creators: [{ name: "Microscope" }],
      types: { resourceTypeGeneral: "Dataset" },
    };
    expect(await asked[0]?.json()).toEqual({ data: { type: "dois", attributes } });
    expect(await admin.get(`/api/files/${file.id}`)).toMatchObject({ metadata_: { doi } });
    const [entry] = await admin.get(`/api/admin/audit-logs?entity_id=${file.id}`);
    expect(entry.changes).toEqual({ doi: { before: null, after: doi } });
  });

  it("that is taken already counts as registered, but one that is refused does not", async () => {
    await expect(datacite(422, 404).register()).rejects.toMatchObject({ status: 502, retry_after: undefined });
    expect(await admin.get(`/api/files/${file.id}`)).toMatchObject({ metadata_: {} });
    expect(await datacite(422, 200).register()).toMatchObject({ doi: expect.stringMatching(/^10\.5072\/fk4/) });
  });

  it("is tried again later when DataCite is down, and its password is in no error", async () => {
    const failure = datacite(503).register();
    await expect(failure).rejects.toMatchObject({ status: 502, retry_after: expect.any(Number) });
    await expect(failure).rejects.not.toThrow(/pw|LAB\.TEST/);
  });

  it("needs a configuration, and a file that is there", async () => {
    expect(await admin.ask("POST", `/api/files/${file.id}/doi`)).toMatchObject({
      status: 503,
      body: errorBody("UNAVAILABLE", "DOIs are not configured: DATACITE_PREFIX is empty"),
    });
    expect((await admin.ask("POST", `/api/files/${NOTHING}/doi`)).status).toBe(404);
  });
});
