import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinPackedArrays, packJsonArray } from "../../src/formats/gzip-array.ts";

const pack = (elements: unknown[]) => packJsonArray(new TextEncoder().encode(JSON.stringify(elements).slice(1, -1)));
const arrays = fc.array(fc.array(fc.jsonValue(), { minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 6 });

describe("packed JSON arrays", () => {
  it("are gzip files of the array, and join to one gzip member of all their elements", async () => {
    await fc.assert(
      fc.asyncProperty(arrays, async (lists) => {
        const files = lists.map(pack);
        for (const [index, file] of files.entries()) {
          expect(gunzipSync(file).toString()).toBe(JSON.stringify(lists[index]));
        }
        const pieces: Uint8Array<ArrayBuffer>[] = [];
        for await (const piece of joinPackedArrays(files.map((file) => async () => file))) pieces.push(piece);
        // gunzipSync reads several members too, but a browser does not: the magic must not come again at a boundary.
        const joined = await new Response(
          new Blob(pieces).stream().pipeThrough(new DecompressionStream("gzip")),
        ).text();
        expect(joined).toBe(JSON.stringify(lists.flat()));
      }),
      { numRuns: 200 },
    );
  });
});
