import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import type { Filesystem } from "../../../src/connectors/filesystems/filesystem.ts";
import { openLakeFolder } from "../../../src/domains/instruments/lake-folder.ts";
import { openHarvesting } from "./harvests.ts";

const TREE: Record<string, string> = {
  "a.csv": "first",
  "empty.txt": "",
  "day 1/ümlaut #1 (50%).csv": "odd",
  "deep/deeper/deepest/b.csv": "second",
};

const put = (key: string, text: string) => env.LAKE.put(key, text);
const putTree = (folder: string) => Promise.all(Object.entries(TREE).map(([path, text]) => put(folder + path, text)));

async function everything(filesystem: Filesystem) {
  const page = await filesystem.list(null);
  return page.files.map(({ path }) => path);
}

const textOf = async (stream: Promise<ReadableStream<Uint8Array>>) => new Response(await stream).text();

afterEach(async () => {
  const { objects } = await env.LAKE.list({ prefix: "incoming" });
  await env.LAKE.delete(objects.map(({ key }) => key));
});

describe("the lake's own folder", () => {
  const folder = openLakeFolder({ lake: env.LAKE }, "/scope/");

  it("lists every file below it, and nothing beside it or of anybody else", async () => {
    await putTree("incoming/scope/");
    await put("incoming/scope-2/other.csv", "another instrument's");
    await put("incoming/scope/folder/", "");
    await put("incoming/scope/../escaped.csv", "odd key");
    await put("bank-reports/somebody/report.csv", "private");
    expect((await everything(folder)).toSorted()).toEqual(Object.keys(TREE).toSorted());
    expect((await folder.list(null)).problems).toEqual(['"../escaped.csv" cannot be the path of a file']);
    expect(await everything(openLakeFolder({ lake: env.LAKE }, "/bank-reports"))).toEqual([]);
    expect(await everything(openLakeFolder({ lake: env.LAKE }, "/"))).toContain("scope-2/other.csv");
  });

  it("goes on after a full page", async () => {
    await Promise.all(Array.from({ length: 1001 }, (_, index) => put(`incoming/scope/${1000 + index}`, "")));
    const first = await folder.list(null);
    expect([first.files.length, first.next]).toEqual([1000, "incoming/scope/1999"]);
    expect(await folder.list(first.next)).toMatchObject({ files: [{ path: "2000" }], next: null });
  });

  it("reads files whole and in part, and says what is gone or another version", async () => {
    await putTree("incoming/scope/");
    const { files } = await folder.list(null);
    const version = files.find(({ path }) => path === "a.csv")?.version ?? null;
    expect(await textOf(folder.open("a.csv", { version }))).toBe("first");
    expect(await textOf(folder.open("a.csv", { offset: 1, length: 3 }))).toBe("irs");
    expect(await textOf(folder.open("a.csv", { offset: 3, length: 99 }))).toBe("st");
    expect(await textOf(folder.open("empty.txt"))).toBe("");
    await expect(folder.open("missing")).rejects.toMatchObject({ kind: "not-found" });
    await put("incoming/scope/a.csv", "changed");
    await expect(folder.open("a.csv", { version })).rejects.toMatchObject({ kind: "changed" });
    await expect(folder.write("a.csv", new Blob(["x"]).stream())).rejects.toMatchObject({ kind: "unsupported" });
  });
});

it("an instrument's files in the lake are harvested once, and again where they have changed", async () => {
  await putTree("incoming/scope/");
  const harvesting = await openHarvesting({ files: {} }, { transfer_config: { type: "r2", prefix: "/scope" } });
  harvesting.world.ctx.advance(3_600_000);
  expect(await harvesting.harvest()).toMatchObject({ status: "completed", errors: [], results: { transferred: 4 } });
  expect(Object.keys(await harvesting.files()).toSorted()).toEqual(Object.keys(TREE).toSorted());
  const { admin } = harvesting;
  const { id } = (await harvesting.files())["a.csv"];
  expect((await admin.ask("GET", `/api/files/${id}/download`)).status).toBe(200);
  expect(await harvesting.harvest()).toMatchObject({ status: "completed", results: { transferred: 0 } });
  await put("incoming/scope/a.csv", "newer bytes");
  harvesting.world.ctx.advance(3_600_000);
  expect(await harvesting.harvest()).toMatchObject({ errors: [], results: { transferred: 1 } });
  expect((await harvesting.files())["a.csv"]).toMatchObject({ size_bytes: 11, damage: null });
});
