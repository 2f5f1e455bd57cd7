import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { ObjectChanged, rangeReader, readRange } from "../../../src/platform/storage/ranges.ts";

const bytesOf = (buffer: ArrayBuffer) => [...new Uint8Array(buffer)];
async function put(bytes: number[]): Promise<string> {
  await env.LAKE.put("file", new Uint8Array(bytes));
  return (await env.LAKE.head("file"))?.etag ?? "";
}

describe("a ranged read", () => {
  it("gives exactly the bytes asked for", async () => {
    await put([0, 1, 2, 3, 4, 5]);
    expect(bytesOf(await readRange(env.LAKE, "file", { offset: 2, length: 3 }))).toEqual([2, 3, 4]);
  });

  it("of a version that is not there any more says so", async () => {
    const etag = await put([0, 1, 2]);
    expect(bytesOf(await readRange(env.LAKE, "file", { offset: 0, length: 2 }, etag))).toEqual([0, 1]);
    await put([9, 9, 9]);
    await expect(readRange(env.LAKE, "file", { offset: 0, length: 2 }, etag)).rejects.toBeInstanceOf(ObjectChanged);
  });

  it("of an object that is gone says so, as an error that can be tried again", async () => {
    const read = readRange(env.LAKE, "nothing", { offset: 0, length: 1 });
    await expect(read).rejects.toBeInstanceOf(ObjectChanged);
    await expect(read).rejects.toMatchObject({ status: 503, retry_after: 1 });
  });
});

describe("an object as a buffer", () => {
  it("has a length and slices, up to its end", async () => {
    await put([0, 1, 2, 3, 4, 5]);
    const reader = rangeReader(env.LAKE, "file", 6);
    expect(reader.byteLength).toBe(6);
    expect(bytesOf(await reader.slice(1, 3))).toEqual([1, 2]);
    expect(bytesOf(await reader.slice(4))).toEqual([4, 5]);
    expect(bytesOf(await reader.slice(4, 100))).toEqual([4, 5]);
    expect(bytesOf(await reader.slice(3, 3))).toEqual([]);
  });

  it("never mixes two versions", async () => {
    await put([0, 1, 2, 3]);
    const reader = rangeReader(env.LAKE, "file", 4);
    await reader.slice(0, 2);
    await put([9, 9, 9, 9]);
    await expect(reader.slice(2, 4)).rejects.toBeInstanceOf(ObjectChanged);
  });

  it("holds on to the version it was given", async () => {
    const etag = await put([0, 1, 2, 3]);
    await put([9, 9, 9, 9]);
    await expect(rangeReader(env.LAKE, "file", 4, etag).slice(0, 2)).rejects.toBeInstanceOf(ObjectChanged);
  });
});
