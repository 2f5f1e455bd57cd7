import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import type { Filesystem, ListedFile, ReadOptions } from "../../../src/connectors/filesystems/filesystem.ts";
import { deepFile, expectedPaths, LARGE_BYTES, MANY, ODD_NAMES } from "../../support/file-servers/sample-tree.ts";

/** A real server over the sample tree. */
export interface ContractServer {
  filesystem: Filesystem;
  /** The same with a password that is wrong. */
  refused: Filesystem;
  /** The same by way of a line that is cut once, after so many bytes. */
  overLine(cutAfterBytes: number): Promise<Filesystem>;
  /** SHA-256 of the large file. */
  sha256: string;
  /** Puts a file where the server finds it, by another way than the connector. */
  put(path: string, content: string): Promise<void>;
  /** Makes a file longer while it is read; null where a version of a file never changes. */
  append: ((path: string, content: string) => Promise<void>) | null;
  /** What the server has of a file, by another way than the connector; null when it has none. */
  read(path: string): Buffer | null | Promise<Buffer | null>;
}

const PART_BYTES = 5 * 1024 * 1024;
const CUT_BYTES = 40 * 1024 * 1024;

/** What holds for every kind of filesystem. */
export function testFilesystem(server: () => ContractServer): void {
  it("opens with the right password and is refused with a wrong one", async () => {
    await expect(server().filesystem.check()).resolves.toBeUndefined();
    await expect(server().refused.check()).rejects.toMatchObject({ kind: "refused" });
    await expect(server().refused.list(null)).rejects.toMatchObject({ kind: "refused" });
  });

  it(`lists every file once: odd names, ${MANY} in a folder, 200 folders deep; links in a circle end`, async () => {
    const files = await listAll(server().filesystem);
    const paths = files.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    const throughLinks = paths.filter((path) => path.startsWith("loops/a/back/"));
    expect(throughLinks.length).toBeLessThan(100);
    expect(paths.filter((path) => !throughLinks.includes(path)).sort()).toEqual(expectedPaths);
    expect(files.find(({ path }) => path === "large.bin")).toMatchObject({ size: LARGE_BYTES });
    expect(files.find(({ path }) => path === deepFile)?.size).toBe(`this is ${deepFile}`.length);
    const now = Date.now();
    for (const { modified_at } of files) {
      expect(modified_at).toBeGreaterThan(now - 3_600_000);
      expect(modified_at).toBeLessThan(now + 60_000);
    }
  });

  it("reads files by their odd names, in depth, and empty ones", async () => {
    const { filesystem } = server();
    for (const path of [...ODD_NAMES.map((name) => `names & more/${name}`), deepFile]) {
      expect(await readText(filesystem, path)).toBe(`this is ${path}`);
    }
    expect(await readText(filesystem, "empty.bin")).toBe("");
    await expect(readText(filesystem, "names & more/missing.txt")).rejects.toMatchObject({ kind: "not-found" });
    await expect(readText(filesystem, "missing/missing.txt")).rejects.toMatchObject({ kind: "not-found" });
  });

  it(`reads ${LARGE_BYTES / 1_048_576} MiB as they are, and ranges of them`, async () => {
    const { filesystem, sha256 } = server();
    const hash = createHash("sha256");
    for await (const chunk of await filesystem.open("large.bin")) hash.update(chunk);
    expect(hash.digest("hex")).toBe(sha256);
    const end = await readBytes(filesystem, "large.bin", { offset: LARGE_BYTES - 1000 });
    const middle = await readBytes(filesystem, "large.bin", { offset: LARGE_BYTES - 1000, length: 10 });
    expect([end.length, middle.equals(end.subarray(0, 10))]).toEqual([1000, true]);
    expect(await readBytes(filesystem, "large.bin", { offset: LARGE_BYTES })).toHaveLength(0);
  });

  it("says that a file is another than the one that was listed", async () => {
    const { filesystem, put } = server();
    await put("changing/file.txt", "first");
    const { version = null } = (await find(filesystem, "changing/file.txt")) ?? {};
    expect(version).toBeTypeOf("string");
    expect(await readText(filesystem, "changing/file.txt", { version })).toBe("first");
    await put("changing/file.txt", "second content");
    await expect(readText(filesystem, "changing/file.txt", { version })).rejects.toMatchObject({ kind: "changed" });
    expect(await readText(filesystem, "changing/file.txt")).toBe("second content");
  });

  it("says that a file grew while it was read", async () => {
    const { filesystem, append } = server();
    if (!append) return;
    const { version = null } = (await find(filesystem, "large.bin")) ?? {};
    const reader = (await filesystem.open("large.bin", { version })).getReader();
    expect((await reader.read()).done).toBe(false);
    await append("large.bin", "more");
    const rest = async () => {
      while (!(await reader.read()).done);
    };
    await expect(rest()).rejects.toMatchObject({ kind: "changed" });
  });

  it("goes on at the byte where a connection was cut", async () => {
    const { filesystem, sha256 } = server();
    const cut = await server().overLine(CUT_BYTES);
    const hash = createHash("sha256");
    let bytes = 0;
    const readCut = async () => {
      for await (const chunk of await cut.open("large.bin")) {
        hash.update(chunk);
        bytes += chunk.length;
      }
    };
    await expect(readCut()).rejects.toMatchObject({ kind: "unreachable" });
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(LARGE_BYTES);
    const rest = await filesystem.open("large.bin", { offset: bytes, length: LARGE_BYTES - bytes });
    for await (const chunk of rest) hash.update(chunk);
    expect(hash.digest("hex")).toBe(sha256);
  });
}

/** What holds for one that can be read only. */
export function testReading(server: () => ContractServer): void {
  it("is not written to", async () => {
    const write = server().filesystem.write("written/file.txt", new Blob(["text"]).stream(), 4);
    await expect(write).rejects.toMatchObject({ kind: "unsupported" });
  });
}

/** What holds for one that can be written to. */
export function testWriting(server: () => ContractServer): void {
  it("writes files with the folders above them, of known and unknown size, and over others", async () => {
    const { filesystem, read } = server();
    for (const name of ["ünï code # 50%.txt", "b.txt"]) {
      const path = `written/a folder/${name}`;
      expect(await filesystem.write(path, new Blob(["first"]).stream(), 5)).toMatchObject({ size: 5 });
      expect(String(await read(path))).toBe("first");
      expect(await filesystem.write(path, new Blob(["second text"]).stream())).toMatchObject({ size: 11 });
      expect(String(await read(path))).toBe("second text");
    }
    expect(await filesystem.write("written/empty.txt", new Blob([]).stream(), 0)).toMatchObject({ size: 0 });
    expect(String(await read("written/empty.txt"))).toBe("");
    const listed = (await listAll(filesystem)).map(({ path }) => path).filter((path) => path.startsWith("written/"));
    expect(listed.sort()).toEqual(
      ["written/a folder/b.txt", "written/a folder/ünï code # 50%.txt", "written/empty.txt"].sort(),
    );
  });
}

/** What holds for one that takes a file in parts. */
export function testParts(server: () => ContractServer): void {
  it("writes a file in parts, which nobody sees before it is complete", async () => {
    const { filesystem, read } = server();
    const { parts } = filesystem;
    if (!parts) throw new Error("it writes no parts");
    const path = "written/parts/of a file.bin";
    const contents = [Buffer.alloc(PART_BYTES, 1), Buffer.alloc(PART_BYTES, 2), Buffer.from("the end")];
    const upload = await parts.begin(path);
    const tags: string[] = [];
    for (const [index, content] of contents.entries()) {
      const part = { number: index + 1, offset: index * PART_BYTES, content: new Uint8Array(content) };
      await parts.put(path, upload, part);
      tags.push(await parts.put(path, upload, part));
    }
    expect(await read(path)).toBeNull();
    expect(await parts.complete(path, upload, tags)).toMatchObject({ size: 2 * PART_BYTES + 7 });
    expect((await read(path))?.equals(Buffer.concat(contents))).toBe(true);
    const other = await parts.begin(path);
    await parts.put(path, other, { number: 1, offset: 0, content: new Uint8Array(contents[0] ?? []) });
    await parts.abort(path, other);
    expect((await read(path))?.length).toBe(2 * PART_BYTES + 7);
  });
}

async function listAll(filesystem: Filesystem): Promise<ListedFile[]> {
  const files: ListedFile[] = [];
  let cursor: string | null = null;
  do {
    const page = await filesystem.list(cursor);
    files.push(...page.files);
    cursor = page.next;
  } while (cursor !== null);
  return files;
}

const find = async (filesystem: Filesystem, path: string) =>
  (await listAll(filesystem)).find((file) => file.path === path);

async function readBytes(filesystem: Filesystem, path: string, options?: ReadOptions): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await filesystem.open(path, options)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const readText = async (filesystem: Filesystem, path: string, options?: ReadOptions) =>
  (await readBytes(filesystem, path, options)).toString();
