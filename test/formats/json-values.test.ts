import fc from "fast-check";
import { expect, it } from "vitest";
import { splitJson } from "../../src/formats/json-values.ts";

async function* piecesOf(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let offset = 0; offset < bytes.length; offset += size) yield bytes.subarray(offset, offset + size);
}

async function split(text: string, size = 4): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const piece of splitJson(piecesOf(text, size))) values.push(...piece);
  return values;
}

it("an array gives its elements and lines give their values, however the bytes are cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue()),
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom(0, 2),
      async (values, size, indent) => {
        const expected = JSON.parse(JSON.stringify(values)) as unknown[];
        expect(await split(JSON.stringify(values, null, indent), size)).toEqual(expected);
        const lines = expected.map((value) => JSON.stringify({ value }));
        expect(await split(lines.join("\r\n"), size)).toEqual(expected.map((value) => ({ value })));
      },
    ),
    { numRuns: 200 },
  );
});

it("one object over several lines is one value", async () => {
  expect(await split('\n{\n "a": [1, {"b": "]}\\""}]\n}\n')).toEqual([{ a: [1, { b: ']}"' }] }]);
});

it.each(["[1,2", '[1] {"a":1}', '{"a":', '{"a" 1}', "[1 2}", "nil"])("%s is refused", async (text) => {
  await expect(split(text)).rejects.toThrow(SyntaxError);
});

it("a value above 4 MiB is refused before all of it is in memory", async () => {
  let pieces = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode('["');
    for (; pieces < 100; pieces++) yield new Uint8Array(1024 * 1024).fill(97);
  }
  await expect(splitJson(endless()).next()).rejects.toThrow(RangeError);
  expect(pieces).toBeLessThan(6);
});
