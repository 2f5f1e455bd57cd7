/// <reference types="vite/types/importMeta.d.ts" />
import { Buffer } from "node:buffer";
import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { newPerson } from "./person.ts";

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
