import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countRows } from "../../src/cli/backup/count-rows.ts";
import { type Deployment, openLocalDeployment } from "../../src/cli/backup/deployment.ts";
import { dumpDatabase } from "../../src/cli/backup/dump-database.ts";
import { loadDatabase } from "../../src/cli/backup/load-database.ts";
import { repairExport } from "../../src/cli/backup/repair-export.ts";
import { splitStatements } from "../../src/cli/backup/sql-text.ts";
import { createStateFolder } from "../support/catchment-process.ts";

const folders = [createStateFolder(), createStateFolder()];
let source: Deployment;
let target: Deployment;

const WIDE = Array.from({ length: 91 }, (_, index) => `column_${index}`);
const HOSTILE_TEXTS = [
  "",
  "it's; -- not a comment",
  "two lines\nand an escaped \\n",
  "carriage\r\nreturns and \\r and \\n",
  "a NUL \0 in the middle",
  "a NUL and \0 a line\nfeed, 'quoted'",
  "árvíztűrő 🧪 \u2028 \uFEFF",
  '\');DROP TABLE "odd "" name";--',
  "x".repeat(99_990),
  "'".repeat(60_000),
  "ő\n".repeat(50_000),
];
const LITERALS = [
  "9223372036854775807",
  "-9223372036854775808",
  "9007199254740993",
  "1",
  "1.0",
  "-0.0",
  "0.1",
  "1e300",
  "9e999",
  "-9e999",
  "X''",
  "X'00ff27'",
  "zeroblob(80000)",
  "NULL",
  "'1.0'",
];

beforeAll(async () => {
  source = await openLocalDeployment(folders[0]?.folder ?? "");
  target = await openLocalDeployment(folders[1]?.folder ?? "");
  for (const { db } of source.databases) await fill(db);
});

afterAll(async () => {
  await source.close();
  await target.close();
  for (const folder of folders) folder.remove();
});

async function fill(db: D1Database): Promise<void> {
  const statements = [
    'CREATE TABLE "odd "" name" ("a b" TEXT, anything, "select" BLOB)',
    `CREATE TABLE numbered (id INTEGER PRIMARY KEY AUTOINCREMENT, value TEXT, shouted TEXT GENERATED ALWAYS AS (upper(value)) STORED, long TEXT AS (value || '!'))`,
    "CREATE TABLE keyed (id TEXT, part INTEGER, value, amount REAL, PRIMARY KEY (id, part))",
    "CREATE TABLE empty (id INTEGER)",
    `CREATE TABLE wide (${WIDE.map((name) => `${name} TEXT`).join(", ")})`,
    "CREATE UNIQUE INDEX keyed_partial ON keyed (part) WHERE part > 5",
    "CREATE INDEX keyed_expression ON keyed (lower(id))",
    "CREATE VIEW above AS SELECT * FROM below",
    "CREATE VIEW below AS SELECT id, value /* it's; */ FROM keyed -- the end;",
  ];
  for (const statement of statements) await db.prepare(statement).run();
  for (const [index, text] of HOSTILE_TEXTS.entries()) {
    await db.batch([
      db
        .prepare('INSERT INTO "odd "" name" VALUES (?, ?, ?)')
        .bind(text, text, new TextEncoder().encode(text.slice(0, 99))),
      db.prepare("INSERT INTO numbered (value) VALUES (?)").bind(text),
      db.prepare("INSERT INTO keyed VALUES (?, ?, ?, 1)").bind(text.slice(0, 50), index, text),
    ]);
  }
  for (const [index, literal] of LITERALS.entries()) {
    await db.prepare(`INSERT INTO "odd "" name" VALUES (NULL, ${literal}, ${literal})`).run();
    await db.prepare(`INSERT INTO keyed VALUES ('number', ${100 + index}, ${literal}, ${index})`).run();
  }
  await db
    .prepare(`INSERT INTO wide VALUES (${WIDE.map(() => "?").join(", ")})`)
    .bind(...WIDE.map(() => "y\n".repeat(2000)))
    .run();
  // Numbers that are gone must not be given again, and the order of rows must not close up.
  await db.batch([
    db.prepare("DELETE FROM numbered WHERE id IN (2, 11)"),
    db.prepare('DELETE FROM "odd "" name" WHERE rowid = 3'),
  ]);
}

async function textOf(statements: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const statement of statements) text += statement;
  return text;
}

/** A stream in pieces that end in the middle of everything. */
async function* inPieces(text: string): AsyncGenerator<string> {
  for (let start = 0; start < text.length; start += 7919) yield text.slice(start, start + 7919);
}

async function empty(db: D1Database): Promise<void> {
  const { results } = await db
    .prepare(
      "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%' AND name NOT LIKE '_cf%'",
    )
    .all<{ type: string; name: string }>();
  for (const { type, name } of results) await db.prepare(`DROP ${type} "${name.replaceAll('"', '""')}"`).run();
}

/** What our dump says of a database, which the first test holds against the database itself; rows without their numbers. */
async function contentOf(db: D1Database): Promise<string[]> {
  const statements: string[] = [];
  for await (const statement of splitStatements(inPieces(await textOf(dumpDatabase(db))))) {
    statements.push(statement.replace(/^(INSERT INTO "[^(]*\()rowid,(.*?VALUES\()\d+,/s, "$1$2"));
  }
  // Rows without a key that were the same but for what the export spoils may have changed places.
  return statements.filter((statement) => statement !== "").toSorted();
}

describe.each(["DB", "WAREHOUSE"])("the rows of %s", (binding) => {
  const find = ({ databases }: Deployment) => {
    const found = databases.find((database) => database.binding === binding);
    if (!found) throw new Error(`No ${binding}`);
    return found.db;
  };

  it("come back exactly as they were, whatever is in them", async () => {
    await empty(find(target));
    const dump = await textOf(dumpDatabase(find(source)));
    await loadDatabase(find(target), inPieces(dump), () => {});

    expect((await textOf(dumpDatabase(find(target)))) === dump).toBe(true);
    const look = `SELECT rowid AS r, typeof("a b") AS t, hex("a b") AS h, typeof(anything) AS ta, hex(CAST(anything AS BLOB)) AS ha,
      CASE WHEN typeof(anything) IN ('integer', 'real') THEN quote(anything) END AS q, typeof("select") AS ts, hex("select") AS hs
      FROM "odd "" name" WHERE length(anything) < 100000 OR anything IS NULL ORDER BY rowid`;
    const rows = (await find(target).prepare(look).all()).results;
    expect(rows).toEqual((await find(source).prepare(look).all()).results);
    expect(rows.length).toBeGreaterThan(HOSTILE_TEXTS.length);
    const views = await find(target).prepare("SELECT count(*) AS n FROM above").first("n");
    expect(views).toBe(HOSTILE_TEXTS.length + LITERALS.length);
    const given = await find(target)
      .prepare("INSERT INTO numbered (value) VALUES ('next') RETURNING id, shouted, long")
      .first();
    expect(given).toEqual({ id: 12, shouted: "NEXT", long: "next!" });
  });

  it("are counted in what was written", async () => {
    const dump = await textOf(dumpDatabase(find(source)));

    expect(await countRows(inPieces(dump))).toEqual({
      'odd " name': HOSTILE_TEXTS.length - 1 + LITERALS.length,
      numbered: HOSTILE_TEXTS.length - 2,
      keyed: HOSTILE_TEXTS.length + LITERALS.length,
      empty: 0,
      wide: 1,
    });
  });

  it("come back exactly from D1's own export, once what it spoils is put right", async () => {
    await empty(find(target));
    // The export of local data is D1's own code, which wrangler asks in this way.
    const [exported] = await find(source).prepare("PRAGMA miniflare_d1_export(?,?,?);").bind(0, 0).raw<string[]>();
    const text = exported?.join("\n") ?? "";
    await loadDatabase(find(target), inPieces(text), () => {});
    const spoiled = await contentOf(find(target));
    await empty(find(target));
    await loadDatabase(find(target), inPieces(`${text}\n${await textOf(repairExport(find(source)))}`), () => {});

    const expected = await contentOf(find(source));
    expect(spoiled).not.toEqual(expected);
    expect(await contentOf(find(target))).toEqual(expected);
  });

  it("keep what was changed after an export as it was exported", async () => {
    await empty(find(target));
    const [exported] = await find(source).prepare("PRAGMA miniflare_d1_export(?,?,?);").bind(0, 0).raw<string[]>();
    await loadDatabase(find(target), inPieces(exported?.join("\n") ?? ""), () => {});
    await find(target).prepare("UPDATE keyed SET value = 'as exported' WHERE part = 2").run();
    await loadDatabase(find(target), inPieces(await textOf(repairExport(find(source)))), () => {});

    expect(await find(target).prepare("SELECT value FROM keyed WHERE part = 2").first("value")).toBe("as exported");
  });
});
