/// <reference types="vite/types/importMeta.d.ts" />
import { Buffer } from "node:buffer";
import { exports } from "cloudflare:workers";
import { and, eq, like } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { removeFile } from "../../../src/domains/banking/data-files.ts";
import { objects } from "../../../src/platform/storage/tables.ts";
import { testContext } from "../../support/context.ts";
import { askDuckdb } from "../../support/duckdb.ts";
import { newPerson, type Person } from "./person.ts";

const files = import.meta.glob<string>("../../fixtures/parquet/pa_date_time.parquet", {
  query: "?url&inline",
  import: "default",
  eager: true,
});

const CSV = "date,value,note\n2025-01-01,42.0,a\n2025-01-02,43.5,\n2025-01-03,,c\n";

describe("the list of files", () => {
  it("is by name, a page at a time, and counts all", async () => {
    const person = await newPerson();
    for (const name of ["b.csv", "a.csv", "c.json"]) expect((await person.upload(name, CSV)).status).toBe(201);
    const answer = await person.get("/data/list?offset=1&limit=1");
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      files: [{ filename: "b.csv", size_bytes: CSV.length, modified_ms: expect.any(Number) }],
      total_count: 3,
    });
  });

  it.each(["offset=-1", "limit=0", "limit=501", "limit=x"])("refuses %s", async (query) => {
    const person = await newPerson();
    expect((await person.get(`/data/list?${query}`)).status).toBe(422);
  });

  it("is nobody's without a token, and nobody sees another's", async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    await one.upload("mine.csv", CSV);
    expect(await (await other.get("/data/list")).json()).toEqual({ files: [], total_count: 0 });
    for (const path of ["preview", "series?y=value", "stream"]) {
      const answer = await other.get(`/data/files/mine.csv/${path}`);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(await answer.json()).toMatchObject({ error: "FILE_NOT_FOUND", message: "File not found: mine.csv" });
    }
    expect((await other.send("DELETE", "/data/files/mine.csv")).status).toBe(404);
    const nobody = await exports.default.fetch("http://localhost/data/list");
    expect([nobody.status, await nobody.json()]).toMatchObject([401, { error: "MISSING_TOKEN" }]);
    expect((await one.get("/data/files/mine.csv/stream")).status).toBe(200);
  });
});

describe("an upload", () => {
  it("stays byte for byte as it was sent, and is deleted for good", async () => {
    const person = await newPerson();
    const answer = await person.upload("data.csv", CSV);
    expect([answer.status, await answer.json()]).toEqual([
      201,
      { filename: "data.csv", size_bytes: CSV.length, modified_ms: expect.any(Number) },
    ]);
    const stored = await person.get("/data/files/data.csv/stream");
    expect(await stored.text()).toBe(CSV);
    const part = await person.get("/data/files/data.csv/stream", { Range: "bytes=0-3" });
    expect([part.status, await part.text()]).toEqual([206, "date"]);
    expect((await person.send("DELETE", "/data/files/data.csv")).status).toBe(204);
    expect((await person.get("/data/files/data.csv/stream")).status).toBe(404);
    expect((await person.send("DELETE", "/data/files/data.csv")).status).toBe(404);
    expect((await person.upload("data.csv", "a\n1\n")).status).toBe(201);
  });

  it("does not replace a file of the same name", async () => {
    const person = await newPerson();
    await person.upload("data.csv", CSV);
    const again = await person.upload("data.csv", "a\n1\n");
    expect([again.status, await again.json()]).toMatchObject([409, { error: "FILE_EXISTS" }]);
    expect(await (await person.get("/data/files/data.csv/stream")).text()).toBe(CSV);
  });

  it.each(["data.exe", "data", ".csv.", "a b.csv", "é.csv", "a;b.csv", "a'.csv", `${"a".repeat(201)}.csv`])(
    "of the name %s is refused",
    async (name) => {
      const person = await newPerson();
      const answer = await person.upload(name, CSV);
      expect([400, 422]).toContain(answer.status);
      expect((await (await person.get("/data/list")).json<{ total_count: number }>()).total_count).toBe(0);
    },
  );

  it("without a file is refused", async () => {
    const person = await newPerson();
    const answer = await person.send("POST", "/data/files", new FormData());
    expect([answer.status, await answer.json()]).toMatchObject([422, { errors: [{ field: "file" }] }]);
  });
});

describe("a deletion", () => {
  /** Deletes the file as its owner, to whom `meanwhile` happens once it has been looked up. */
  const removeAfter = (person: Person, filename: string, meanwhile: () => Promise<unknown>) => {
    const { id } = person;
    const ctx = testContext({ principal: { kind: "user", id, email: "", role: "user", grants: {} } });
    const db: typeof ctx.db = Object.assign(Object.create(ctx.db), {
      batch: async (...call: Parameters<typeof ctx.db.batch>) => {
        await meanwhile();
        return ctx.db.batch(...call);
      },
    });
    return removeFile({ ...ctx, db }, filename);
  };
  const gone = expect.objectContaining({ status: 404, code: "FILE_NOT_FOUND" });

  it("succeeds once, however many are sent at a time", async () => {
    const person = await newPerson();
    await person.upload("data.csv", CSV);
    const remove = () => person.send("DELETE", "/data/files/data.csv");
    const answers = await Promise.all([remove(), remove()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 404]);
    await person.upload("data.csv", CSV);
    await expect(removeAfter(person, "data.csv", remove)).rejects.toEqual(gone);
  });

  it("leaves a file alone that has taken the name meanwhile", async () => {
    const person = await newPerson();
    await person.upload("data.csv", CSV);
    const replace = async () => {
      await person.send("DELETE", "/data/files/data.csv");
      await person.upload("data.csv", "a\n1\n");
    };
    await expect(removeAfter(person, "data.csv", replace)).rejects.toEqual(gone);
    expect(await (await person.get("/data/files/data.csv/stream")).text()).toBe("a\n1\n");
  });
});

describe("the quota", () => {
  const SETTINGS = { BANK_QUOTA_BYTES: "10" };
  const refusal = { error: "QUOTA_EXCEEDED", message: "Your files may have 10 bytes in all" };

  const liveObjects = (filename: string) =>
    testContext()
      .db.select({ key: objects.key })
      .from(objects)
      .where(and(like(objects.key, `%/${filename}%`), eq(objects.state, "live")));

  it("refuses what goes beyond it, and keeps nothing of that", async () => {
    const person = await newPerson(SETTINGS);
    const filename = `${crypto.randomUUID()}.csv`;
    const answer = await person.upload(filename, "a\n12345678\n");
    expect([answer.status, await answer.json()]).toMatchObject([413, refusal]);
    expect(await (await person.get("/data/list")).json()).toEqual({ files: [], total_count: 0 });
    expect(await liveObjects(filename)).toEqual([]);
  });

  it("counts all files, and is kept by uploads that come at once", async () => {
    const person = await newPerson(SETTINGS);
    const id = crypto.randomUUID();
    const answers = await Promise.all([1, 2].map((part) => person.upload(`${id}-${part}.csv`, "a\n123\n")));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 413]);
    expect((await person.upload(`${id}-3.csv`, "a\n1\n")).status).toBe(201);
    expect((await person.upload(`${id}-4.csv`, "a")).status).toBe(413);
    expect(await (await person.get("/data/list")).json()).toMatchObject({ total_count: 2 });
    const live = (await liveObjects(id)).filter(({ key }) => !key.includes(".sidecar."));
    expect(live).toHaveLength(2);
  });
});

it.each(["..%2F..%2Fsecret.csv", "a%00.csv", "%2e%2e.exe", "x.txt"])("no file is named %s", async (name) => {
  const person = await newPerson();
  for (const path of ["preview", "series?y=a", "stream"]) {
    const answer = await person.get(`/data/files/${name}/${path}`);
    expect([path, answer.status, (await answer.json<{ error: string }>()).error]).toEqual([
      path,
      400,
      "INVALID_FILENAME",
    ]);
  }
});

describe("a preview", () => {
  it("has the schema by pandas' names, the first rows and the number of all", async () => {
    const person = await newPerson();
    await person.upload("data.csv", CSV);
    const answer = await person.get("/data/files/data.csv/preview?rows=2");
    expect([answer.status, await answer.json()]).toEqual([
      200,
      {
        preview: {
          type: "dataframe",
          columns: [
            { name: "date", dtype: "object" },
            { name: "value", dtype: "float64" },
            { name: "note", dtype: "object" },
          ],
          rows: [
            { date: "2025-01-01", value: 42, note: "a" },
            { date: "2025-01-02", value: 43.5, note: null },
          ],
          n_rows: 3,
        },
      },
    ]);
  });

  it.each(["rows=0", "rows=5001", "rows=all"])("refuses %s", async (query) => {
    const person = await newPerson();
    await person.upload("data.csv", CSV);
    expect((await person.get(`/data/files/data.csv/preview?${query}`)).status).toBe(422);
  });

  it.each(["PAR1 and no more", ""])("of what is no Parquet file is refused: %s", async (content) => {
    const person = await newPerson();
    await person.upload("bad.parquet", content);
    for (const path of ["preview", "series?y=a"]) {
      const answer = await person.get(`/data/files/bad.parquet/${path}`);
      expect([answer.status, (await answer.json<{ error: string }>()).error]).toEqual([400, "DESERIALIZATION_ERROR"]);
    }
  });
});

describe("a series", () => {
  it("drops what lacks a place or a value together, and counts what is left", async () => {
    const person = await newPerson();
    await person.upload("data.csv", CSV);
    const answer = await person.get("/data/files/data.csv/series?y=value");
    expect([answer.status, await answer.json()]).toEqual([
      200,
      {
        x: ["2025-01-01", "2025-01-02"],
        y: [42, 43.5],
        meta: { y_column: "value", x_column: "date", n_points: 2, total_points: 2 },
      },
    ]);
  });

  it("has texts as places where they are asked for", async () => {
    const person = await newPerson();
    await person.upload("data.csv", "name,value\nx,1\n,2\nz,3\n");
    const answer = await person.get("/data/files/data.csv/series?y=value&x=name");
    expect(await answer.json()).toMatchObject({
      x: ["x", "z"],
      y: [1, 3],
      meta: { x_column: "name", total_points: 2 },
    });
  });

  it("has row numbers where nothing tells the place", async () => {
    const person = await newPerson();
    await person.upload("data.json", JSON.stringify([{ a: 1 }, { a: 2 }]));
    const answer = await person.get("/data/files/data.json/series?y=a");
    expect(await answer.json()).toMatchObject({ x: ["0", "1"], y: [1, 2], meta: { x_column: null } });
  });

  it("shows a CSV's times as they are written there", async () => {
    const person = await newPerson();
    await person.upload("odd.csv", "date,v\n2025-01-01 00:00:00,1\n2025-01-02 00:00:00,2\n");
    await person.upload("odder.csv", "date,v\n2025-01-01T00:00+01:00,1\n2025-01-02T00:00+01:00,2\n");
    expect(await (await person.get("/data/files/odd.csv/series?y=v")).json()).toMatchObject({
      x: ["2025-01-01 00:00:00", "2025-01-02 00:00:00"],
    });
    expect(await (await person.get("/data/files/odder.csv/series?y=v")).json()).toMatchObject({
      x: ["2025-01-01T00:00+01:00", "2025-01-02T00:00+01:00"],
    });
  });

  it("keeps both ends and the extremes of a long line", async () => {
    const person = await newPerson();
    const values = Array.from({ length: 30_000 }, (_, row) => (row === 12_345 ? 999 : row === 20_001 ? -999 : row % 7));
    await person.upload("long.csv", `v\n${values.join("\n")}\n`);
    const answer = await person.get("/data/files/long.csv/series?y=v&max_points=100");
    const { x, y, meta } = await answer.json<{ x: string[]; y: number[]; meta: Record<string, unknown> }>();
    expect(meta).toEqual({ y_column: "v", x_column: null, n_points: y.length, total_points: 30_000 });
    expect(y.length).toBeLessThanOrEqual(100);
    expect([x[0], x.at(-1), Math.max(...y), Math.min(...y)]).toEqual(["0", "29999", 999, -999]);
    expect([x[y.indexOf(999)], x[y.indexOf(-999)]]).toEqual(["12345", "20001"]);
  });

  /** Rows that are plotted whole, so that each label is known. */
  const readWhole = async (person: Person, filename: string, query: string) => {
    const answer = await person.get(`/data/files/${filename}/series?max_points=100000&${query}`);
    return answer.json<{ x: string[]; y: number[]; meta: Record<string, unknown> }>();
  };

  it("of JSON whose last place is the first text has every place as it is", async () => {
    const person = await newPerson();
    const rows = Array.from({ length: 5001 }, (_, row) => ({ x: row === 5000 ? "end" : row * 10, v: row }));
    await person.upload("late.json", JSON.stringify(rows));
    const { x, y, meta } = await readWhole(person, "late.json", "y=v&x=x");
    expect(x).toEqual(rows.map((row) => String(row.x)));
    expect(y).toEqual(rows.map(({ v }) => v));
    expect(meta).toMatchObject({ total_points: 5001 });
  });

  it("of a long CSV whose last place is the first text has every place as it is", async () => {
    const person = await newPerson();
    const padding = "p".repeat(500);
    const rows = Array.from({ length: 6000 }, (_, row) => ({ x: row === 5999 ? "end" : String(row * 10), v: row }));
    await person.upload("late.csv", `x,v,pad\n${rows.map(({ x, v }) => `${x},${v},${padding}\n`).join("")}`);
    const { x, y } = await readWhole(person, "late.csv", "y=v&x=x");
    expect(x).toEqual(rows.map((row) => row.x));
    expect(y).toEqual(rows.map(({ v }) => v));
  });

  it.each([60, 6000])(
    "shows times as they are written where row %i has another style than those before",
    async (from) => {
      const person = await newPerson();
      const times = Array.from({ length: from + 10 }, (_, row) => {
        const text = new Date(Date.UTC(2025, 0, 1) + row * 3_600_000).toISOString().slice(0, 19);
        return row < from ? text : `${text.replace("T", " ")}Z`;
      });
      const padding = "p".repeat(500);
      await person.upload(
        "styles.csv",
        `time,v,pad\n${times.map((time, row) => `${time},${row},${padding}\n`).join("")}`,
      );
      expect((await readWhole(person, "styles.csv", "y=v")).x).toEqual(times);
    },
  );

  it("of times in one style, some of them missing, needs no second reading of the file", async () => {
    const person = await newPerson();
    const times = Array.from({ length: 6000 }, (_, row) =>
      row === 4 ? "" : `2025-01-01 00:00:${row % 50 < 10 ? "0" : ""}${row % 50}`,
    );
    const filename = `${crypto.randomUUID()}.csv`;
    await person.upload(filename, `time,v\n${times.map((time, row) => `${time},${row}\n`).join("")}`);
    const { db, lake } = testContext();
    const [stored] = await db
      .select({ key: objects.key })
      .from(objects)
      .where(like(objects.key, `%/${filename}`));
    await lake.delete(stored?.key ?? "");
    expect((await readWhole(person, filename, "y=v")).x).toEqual(times.filter((time) => time !== ""));
  });

  it.each([
    ["y=note", "Column 'note' cannot be plotted: the numeric columns are value"],
    ["y=missing", "Column 'missing' cannot be plotted: the numeric columns are value"],
    ["y=value&x=missing", "Column 'missing' is not in the file: its columns are date, value, note"],
  ])("for %s is refused", async (query, message) => {
    const person = await newPerson();
    await person.upload("data.csv", CSV);
    const answer = await person.get(`/data/files/data.csv/series?${query}`);
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: "DESERIALIZATION_ERROR", message }]);
  });

  it.each(["", "y=", "y=value&max_points=9", "y=value&max_points=100001"])("refuses the query %s", async (query) => {
    const person = await newPerson();
    await person.upload("data.csv", CSV);
    expect((await person.get(`/data/files/data.csv/series?${query}`)).status).toBe(422);
  });
});

it("a Parquet file's times have their own type", async () => {
  const person = await newPerson();
  const [url = ""] = Object.values(files);
  const bytes = Uint8Array.from(Buffer.from(url.slice(url.indexOf(",") + 1), "base64"));
  await person.upload("times.parquet", bytes);
  const answer = await person.get("/data/files/times.parquet/preview?rows=1");
  const { preview } = await answer.json<{ preview: { columns: { dtype: string }[] } }>();
  expect(preview.columns.map(({ dtype }) => dtype)).toContain("datetime64[ns]");
});

describe("a Parquet file that DuckDB has written", () => {
  const write = async (sql: string, options = "") => {
    const [row] = await askDuckdb<{ content: string }>(
      `COPY (${sql}) TO {out.parquet} (FORMAT parquet${options}); SELECT base64(content) AS content FROM read_blob({out.parquet})`,
      { "out.parquet": new Uint8Array() },
    );
    return Uint8Array.from(Buffer.from(row?.content ?? "", "base64"));
  };

  it.each(["TIMESTAMP", "TIMESTAMPTZ", "DATE"])(
    "is plotted without the rows whose place no date can be: infinity as %s",
    async (type) => {
      const person = await newPerson();
      const places = "('2025-01-01', 1), ('infinity', 2), ('-infinity', 3), ('2025-01-02', 4)";
      await person.upload("odd.parquet", await write(`SELECT x::${type} AS x, v FROM (VALUES ${places}) rows(x, v)`));
      for (const query of ["y=v", "y=v&x=x"]) {
        const answer = await person.get(`/data/files/odd.parquet/series?${query}`);
        expect([answer.status, await answer.json()]).toMatchObject([
          200,
          { x: ["2025-01-01", "2025-01-02"], y: [1, 4], meta: { x_column: "x", total_points: 2 } },
        ]);
      }
      expect((await person.get("/data/files/odd.parquet/preview")).status).toBe(200);
    },
  );

  it("is refused by its true reason where a group has too many rows to be held", async () => {
    const person = await newPerson();
    const sql = "SELECT i % 7 AS v, 'x' AS t, 1 AS w FROM range(1100000) rows(i)";
    await person.upload("large.parquet", await write(sql, ", ROW_GROUP_SIZE 2000000"));
    for (const query of ["y=v", "y=v&x=t", "y=v&x=w"]) {
      const answer = await person.get(`/data/files/large.parquet/series?${query}`);
      expect([answer.status, await answer.json()]).toMatchObject([
        400,
        {
          error: "DESERIALIZATION_ERROR",
          message: "The file has a group of more than 1048576 rows, which cannot be plotted",
        },
      ]);
    }
    const answer = await person.get("/data/files/large.parquet/preview?rows=1");
    expect(await answer.json()).toMatchObject({ preview: { n_rows: 1_100_000, rows: [{ v: 0, t: "x", w: 1 }] } });
  });
});
