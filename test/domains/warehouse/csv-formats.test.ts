import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import type { JobWorld } from "../../support/job-world.ts";
import { rowsOf } from "./loads.ts";
import { answerOf, openSyncWorld, sync, uploadBytes } from "./syncs.ts";

const TEXT = 'id;Straße;price\r\n1;"Grüße; ""Köln""";1,5\r\n2;naïve,2;-20\r\n';
const ROWS = [
  { id: 1, straße: 'Grüße; "Köln"', price: 1.5 },
  { id: 2, straße: "naïve,2", price: -20 },
];

async function openSales(): Promise<JobWorld> {
  expect((await answerOf("POST", "/sources", { name: "sales", type: "csv" })).status).toBe(201);
  return openSyncWorld();
}

const sales = ({ ctx }: JobWorld, columns = "id, straße, price") =>
  rowsOf(ctx, `SELECT ${columns} FROM raw_sales__sales ORDER BY _catchment_file, _catchment_line`);

const files = async () =>
  (await answerOf("GET", "/sources/sales/csv-files")).body["files"] as Record<string, unknown>[];

const utf16 = (text: string, order: "le" | "be") => {
  const bytes = Buffer.from(text, "utf16le");
  return new Uint8Array(order === "le" ? bytes : bytes.swap16());
};

const encodings: [string, Uint8Array][] = [
  ["UTF-8", new TextEncoder().encode(TEXT)],
  ["UTF-8 with a byte order mark", new TextEncoder().encode(`\ufeff${TEXT}`)],
  ["UTF-16 LE with a byte order mark", utf16(`\ufeff${TEXT}`, "le")],
  ["UTF-16 BE with a byte order mark", utf16(`\ufeff${TEXT}`, "be")],
  ["UTF-16 LE", utf16(TEXT, "le")],
  ["UTF-16 BE", utf16(TEXT, "be")],
  ["Latin-1", new Uint8Array(Buffer.from(TEXT, "latin1"))],
];

for (const [name, bytes] of encodings) {
  it(`a file in ${name} is read by what its bytes are, packed or not`, async () => {
    const world = await openSales();
    await uploadBytes("sales", "a.csv", bytes);
    await sync(world, "sales");
    expect(await sales(world)).toEqual(ROWS);
    await uploadBytes("sales", "b.csv.gz", gzipSync(bytes));
    expect(await sync(world, "sales")).toMatchObject({ results: { rows: 2 }, errors: [] });
    expect(await sales(world)).toEqual([...ROWS, ...ROWS]);
  });
}

it("a file that is Latin-1 by its last byte only is read as that", async () => {
  const world = await openSales();
  await uploadBytes("sales", "a.csv", new Uint8Array(Buffer.from("id,name\n1,café", "latin1")));
  await sync(world, "sales");
  expect(await sales(world, "id, name")).toEqual([{ id: 1, name: "café" }]);
});

it("a packed file is stored byte for byte, whatever it is called, and its members are read one behind the other", async () => {
  const world = await openSales();
  const packed = Buffer.concat([gzipSync("id\n1\n"), gzipSync("2\n3\n")]);
  expect((await uploadBytes("sales", "a.csv", new Uint8Array(packed))).status).toBe(200);
  await sync(world, "sales");
  expect(await sales(world, "id")).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  expect(await files()).toMatchObject([{ filename: "a.csv", size: packed.length, rows_loaded: 3 }]);
});

it("a damaged packed file fails alone", async () => {
  const world = await openSales();
  const packed = gzipSync(`id\n${Array.from({ length: 50_000 }, (_, id) => id).join("\n")}\n`);
  await uploadBytes("sales", "a.csv.gz", packed.subarray(0, packed.length - 100));
  await uploadBytes("sales", "b.csv", new TextEncoder().encode("id\n1\n"));
  await sync(world, "sales");
  expect(await files()).toMatchObject([
    { status: "failed", error_message: "The file is packed by gzip and damaged" },
    { status: "success", rows_loaded: 1 },
  ]);
  expect(await sales(world, "id")).toEqual([{ id: 1 }]);
});

it("large files are read window by window in every encoding, and stay Latin-1 where only their end shows it", async () => {
  const world = await openSales();
  const lines = Array.from({ length: 60_000 }, (_, id) => `${id},"row ${id}\nof many",x`);
  const text = `id,note,letter\n${lines.join("\n")}\n60000,"end",`;
  await uploadBytes("sales", "a.csv", new Uint8Array(Buffer.from(`${text}ü`, "latin1")));
  await uploadBytes("sales", "b.csv", utf16(`\ufeff${text}😀`, "be"));
  await uploadBytes("sales", "c.csv.gz", gzipSync(`${text}😀`));
  const job = await sync(world, "sales");
  expect(job).toMatchObject({ status: "completed", results: { rows: 180_003 }, errors: [] });
  const counted =
    "count(*) AS n, sum(id) AS ids, max(_catchment_line) AS line, max(iif(id = 60000, letter, '')) AS last";
  const expected = { n: 60_001, ids: 1_800_030_000, line: 120_002 };
  expect(
    await rowsOf(
      world.ctx,
      `SELECT ${counted} FROM raw_sales__sales GROUP BY _catchment_file ORDER BY _catchment_file`,
    ),
  ).toEqual([
    { ...expected, last: "ü" },
    { ...expected, last: "😀" },
    { ...expected, last: "😀" },
  ]);
}, 60_000);

it("delimiter, header and quotation are found out", async () => {
  const cases: [string, string, Record<string, unknown>[]][] = [
    ["tab.csv", "a\tb\n1\t2,5\n", [{ a: 1, b: 2.5 }]],
    ["pipe.csv", 'a|b\n"x|y"|z\n', [{ a: "x|y", b: "z" }]],
    ["comma.csv", 'a,b\n"line 1\nline 2","1,5"\n', [{ a: "line 1\nline 2", b: "1,5" }]],
    [
      "none.csv",
      "1,2024-01-01\n2,2024-01-02\n",
      [
        { column_1: 1, column_2: "2024-01-01" },
        { column_1: 2, column_2: "2024-01-02" },
      ],
    ],
    ["blank.csv", "\n\na,b\n\n1,2\n\n", [{ a: 1, b: 2 }]],
  ];
  const world = openSyncWorld();
  for (const [name, text, rows] of cases) {
    const source = name.replace(".csv", "");
    await answerOf("POST", "/sources", { name: source, type: "csv", config: { directory: `data/${source}` } });
    await uploadBytes(source, name, new TextEncoder().encode(text));
    await sync(world, source);
    const columns = Object.keys(rows[0] ?? {}).join(", ");
    expect(await rowsOf(world.ctx, `SELECT ${columns} FROM raw_${source}__${source}`), name).toEqual(rows);
  }
});
