import { Buffer } from "node:buffer";
import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { writeZip } from "../../src/formats/zip-writer.ts";

interface Input {
  name: string;
  text: string;
  size_bytes?: number;
}

async function* chunksOf(text: string) {
  const bytes = new TextEncoder().encode(text);
  for (let from = 0; from < bytes.length; from += 7) yield bytes.subarray(from, from + 7);
}

async function* filesOf(inputs: Input[]) {
  for (const { name, text, size_bytes = text.length } of inputs) {
    yield { name, modified_at: Date.UTC(2025, 0, 2, 3, 4, 6), size_bytes, content: chunksOf(text) };
  }
}

async function archive(inputs: Input[], plain_below?: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const options = plain_below === undefined ? {} : { plain_below };
  for await (const chunk of writeZip(filesOf(inputs), options)) chunks.push(chunk);
  return Uint8Array.from(Buffer.concat(chunks));
}

const unpack = (bytes: Uint8Array) =>
  Object.entries(unzipSync(bytes)).map(([name, content]) => ({ name, text: new TextDecoder().decode(content) }));

const FILES = [
  { name: "account.json", text: "{}" },
  { name: "files/számla-ő.csv", text: "a,b\n1,2\n".repeat(200) },
  { name: "empty.txt", text: "" },
];

describe("an archive", () => {
  it("gives back every file, and is one when there is none", async () => {
    expect(unpack(await archive(FILES))).toEqual(FILES);
    expect(unpack(await archive([]))).toEqual([]);
  });

  it.each([1, 3, 300, 1700])("in its large form from %d bytes on gives back the same", async (plain_below) => {
    const bytes = await archive(FILES, plain_below);
    expect(unpack(bytes)).toEqual(FILES);
  });

  it("of more files than the plain form counts has all of them", async () => {
    const many = Array.from({ length: 66_000 }, (_, index) => ({ name: `${index}`, text: "" }));
    expect(unpack(await archive(many))).toHaveLength(66_000);
  });

  it("breaks off rather than write a length that does not fit", async () => {
    const lie = archive([{ name: "long.csv", text: "x".repeat(500), size_bytes: 10 }], 300);
    await expect(lie).rejects.toThrow("longer than was announced");
  });

  it("breaks off with what a file's content throws", async () => {
    async function* broken() {
      yield new Uint8Array(3);
      throw new Error("The lake does not answer");
    }
    async function* files() {
      yield { name: "a", modified_at: 0, size_bytes: 5, content: broken() };
    }
    const read = async () => {
      for await (const _ of writeZip(files()));
    };
    await expect(read()).rejects.toThrow("The lake does not answer");
  });
});
