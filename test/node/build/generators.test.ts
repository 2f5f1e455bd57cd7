import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { configurationTable, replaceSection } from "../../../src/build/configuration-table.ts";
import { withLock } from "../../../src/build/lock.ts";
import { findMissingStatements } from "../../../src/build/migration-drift.ts";
import { renderApi } from "../../../src/build/openapi.ts";
import { copyIfChanged, writeIfChanged } from "../../../src/build/write-file.ts";
import { configSchema } from "../../../src/config.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../../..");
const folder = await mkdtemp(join(tmpdir(), "generators-"));

afterAll(() => rm(folder, { recursive: true }));

describe("the configuration table", () => {
  it("has one line for every key, and the default of none that is secret", () => {
    const table = configurationTable();
    for (const [key, schema] of Object.entries(configSchema.shape)) {
      expect(table).toContain(`| \`${key}\` |`);
      expect(schema.description).toMatch(/\.$/);
    }
    expect(table).toContain("| `JWT_SECRET_KEY` | secret | empty |");
    expect(table).toContain("| `LOG_LEVEL` | var | `INFO` |");
  });

  it("replaces what is between its marks, and the same text the second time", () => {
    const replaced = replaceSection("a\n<!-- t -->\nold\n<!-- /t -->\nb", "t", "new");
    expect(replaced).toBe("a\n<!-- t -->\n\nnew\n\n<!-- /t -->\nb");
    expect(replaceSection(replaced, "t", "new")).toBe(replaced);
  });

  it("leaves a text without marks alone", () => {
    expect(replaceSection("nothing here <!-- /t --> <!-- t -->", "t", "new")).toBe(
      "nothing here <!-- /t --> <!-- t -->",
    );
  });
});

describe("writing generated files", () => {
  it("leaves an equal file untouched, so that no watcher wakes", async () => {
    const path = join(folder, "deep/er/a.txt");
    expect(await writeIfChanged(path, "one")).toBe(true);
    const before = await stat(path);
    expect(await writeIfChanged(path, "one")).toBe(false);
    expect((await stat(path)).mtimeMs).toBe(before.mtimeMs);
    expect(await writeIfChanged(path, "two")).toBe(true);
    expect(await readFile(path, "utf8")).toBe("two");
  });

  it("copies a file once, and again when its size differs", async () => {
    const [from, to] = [join(folder, "from.txt"), join(folder, "to/from.txt")];
    await writeFile(from, "one");
    expect(await copyIfChanged(from, to)).toBe(true);
    expect(await copyIfChanged(from, to)).toBe(false);
    await writeFile(from, "three");
    expect(await copyIfChanged(from, to)).toBe(true);
    expect(await readFile(to, "utf8")).toBe("three");
  });
});

describe("the build's lock", () => {
  it("lets one at a time work", async () => {
    const path = join(folder, "one.lock");
    const order: string[] = [];
    const work = (name: string) =>
      withLock(path, async () => {
        order.push(`${name} in`);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(`${name} out`);
      });
    await Promise.all([work("a"), work("b"), work("c")]);
    expect(order.map((step) => step.split(" ")[1])).toEqual(["in", "out", "in", "out", "in", "out"]);
    expect(existsSync(path)).toBe(false);
  });

  it("is given back when the work fails", async () => {
    const path = join(folder, "failing.lock");
    await expect(withLock(path, () => Promise.reject(new Error("no disk")))).rejects.toThrow("no disk");
    expect(await withLock(path, async () => "next")).toBe("next");
  });

  it("is taken over from a process that died", async () => {
    const path = join(folder, "dead.lock");
    const child = spawn(process.execPath, ["--eval", ""]);
    await once(child, "exit");
    await writeFile(path, String(child.pid));
    expect(await withLock(path, async () => "mine")).toBe("mine");
  });
});

describe("npm run build", () => {
  it("changes nothing that is committed, also when two run at once", async () => {
    const build = () => run(process.execPath, [join(root, "src/build/all.ts")], { cwd: root });
    const read = () => readFile(join(root, "src/build/openapi.json"), "utf8");
    const before = await read();
    await Promise.all([build(), build()]);
    expect(await read()).toBe(before);
    expect(await readFile(join(root, ".wrangler/assets/openapi.json"), "utf8")).toBe(before);
    expect(renderApi()).toBe(before);
  });
});

describe("migrations", () => {
  it.each(["db", "warehouse"] as const)("of %s make all its tables", async (database) => {
    expect(await findMissingStatements(database)).toEqual([]);
  });
});
