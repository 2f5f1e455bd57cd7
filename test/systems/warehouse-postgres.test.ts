import { describe, expect, it } from "vitest";
import { startPostgres } from "../support/postgres-server.ts";
import { COMPLETED, ORDERS, testOrders, testStranger, useDatabase } from "./warehouse-database.ts";

const PRINTED_ORDER = `id::text || '|' || amount || '|' || coalesce(note, '') || '|' ||
  to_char(updated_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const TABLES = `
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE DOMAIN email AS text CHECK (value LIKE '%@%');
CREATE TABLE kinds (
  id int PRIMARY KEY, small smallint, big bigint, number numeric, price numeric(12, 4), single real, double float8,
  truth boolean, word varchar(20), fixed char(4), bytes bytea, day date, clock time, zoned_clock timetz, moment timestamp,
  zoned_moment timestamptz, span interval, code uuid, document json, binary_document jsonb, feeling mood,
  address email, numbers bigint[], words text[], matrix int[][], cash money, net inet, place point, bits bit(4),
  range int4range
);
INSERT INTO kinds VALUES
  (1, -32768, 9223372036854775807, 12345678901234567890.123456789, 19.9000, 0.1, 0.1, true, 'naïve "x"', 'ab', '\\xdeadbeef',
   '2024-02-29', '23:59:59.999999', '12:00:00+02', '2024-01-02 03:04:05.678901', '2024-01-02 03:04:05+02', '1 day 02:03:04',
   '0b8f3c1e-6a0c-4c53-9f5e-0e1f6b0d8a11', '{"a": {"b": 9007199254740993}, "list": [1, 2]}', '{"k": [true, null]}', 'glad',
   'a@b.c', '{1,NULL,9223372036854775807}', '{"a, b","q\\"x",NULL,"NULL"}', '{{1,2},{3,4}}', '$1,234.50', '10.0.0.1/8',
   '(1,2)', B'1010', '[1,5)'),
  (2, 32767, -9223372036854775808, 'NaN', -0.0001, '16777217', 'Infinity', false, '', '', '', '0044-03-15 BC', '24:00',
   '00:00:00-08', 'infinity', '-infinity', '-00:00:01', NULL, '"text"', '7', 'sad', NULL, '{}', '{}', '{}', '-$0.01', NULL,
   NULL, NULL, 'empty'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
   NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, amount numeric(12, 2), note text, updated_at timestamptz NOT NULL);
INSERT INTO orders SELECT n, n * 0.37, CASE n % 3 WHEN 0 THEN NULL ELSE 'order ' || n END,
  '2024-01-01'::timestamptz + n * interval '1 second 1 microsecond' FROM generate_series(1, ${ORDERS}) n;
CREATE INDEX ON orders (updated_at, id);
CREATE TABLE "Odd ""Names""" ("First Key" int, "second" text, "Value" text, PRIMARY KEY ("First Key", "second"));
INSERT INTO "Odd ""Names""" SELECT n / 3, n % 3, 'v' || n FROM generate_series(0, 12000) n;
CREATE TABLE without_key (n int);
INSERT INTO without_key SELECT generate_series(1, 50000);
DELETE FROM without_key WHERE n BETWEEN 10001 AND 40000;
CREATE TABLE parts (day date, n int) PARTITION BY RANGE (day);
CREATE TABLE parts_2023 PARTITION OF parts FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE parts_2024 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
INSERT INTO parts SELECT '2023-06-01'::date + n % 400, n FROM generate_series(1, 7000) n;
CREATE TABLE parents (id int PRIMARY KEY, name text);
CREATE TABLE children () INHERITS (parents);
INSERT INTO parents SELECT n, 'parent' FROM generate_series(1, 6000) n;
INSERT INTO children SELECT n, 'child' FROM generate_series(1, 6000) n;
CREATE TABLE wide (id int PRIMARY KEY, body text);
INSERT INTO wide SELECT n, repeat(n::text, 500000 / length(n::text)) FROM generate_series(1, 30) n;
CREATE VIEW big_orders AS SELECT id, amount FROM orders WHERE id > 94000;
CREATE TABLE locked (id int PRIMARY KEY);
GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
REVOKE SELECT ON locked FROM reader;
`;

const tests = useDatabase({
  type: "postgres",
  title: "PostgreSQL",
  start: startPostgres,
  tables: TABLES,
  printed_order: PRINTED_ORDER,
});
const { world, create, said } = tests;

describe("a database that answers over TLS", () => {
  it("loads every type exactly", async () => {
    const { warehouse } = world();
    await create("types", { table_names: ["kinds"] });
    expect(await warehouse.check("types")).toBe("Connected");
    expect(await warehouse.sync("types")).toMatchObject(COMPLETED);
    const [first, second, third] = await warehouse.objects("SELECT * FROM raw_types__kinds ORDER BY id");
    expect(first).toEqual({
      ...{ _catchment_id: "1", id: 1, small: -32_768, big: "9223372036854775807" },
      ...{ number: "12345678901234567890.123456789", price: "19.9000", single: 0.1, double: 0.1, truth: 1 },
      ...{ word: 'naïve "x"', fixed: "ab  ", bytes: "3q2+7w==", day: "2024-02-29", clock: "23:59:59.999999" },
      ...{ zoned_clock: "12:00:00+02", moment: "2024-01-02T03:04:05.678901" },
      ...{ zoned_moment: "2024-01-02T01:04:05.000000Z", span: "P1DT2H3M4S" },
      ...{ code: "0b8f3c1e-6a0c-4c53-9f5e-0e1f6b0d8a11", document__a__b: "9007199254740993", feeling: "glad" },
      ...{ address: "a@b.c", cash: "1234.50", net: "10.0.0.1/8", place: "(1,2)", bits: "1010", range: "[1,5)" },
    });
    // JSON has no infinite number.
    expect(second).toEqual({
      double: "Infinity",
      ...{ id: 2, small: 32_767, big: "-9223372036854775808", number: "NaN", price: "-0.0001", single: 16_777_216 },
      ...{ truth: 0, word: "", fixed: "    ", bytes: "", day: "0044-03-15 BC", clock: "24:00:00" },
      ...{ zoned_clock: "00:00:00-08", moment: "infinity", zoned_moment: "-infinity", span: "PT-1S" },
      ...{ document: "text", binary_document: 7, feeling: "sad", cash: "-0.01", range: "empty" },
    });
    expect(third).toEqual({ id: 3 });
    // Parent, place and value.
    expect(await warehouse.query("SELECT * FROM raw_types__kinds__numbers ORDER BY 2")).toEqual([
      ["1", 0, 1],
      ["1", 1, null],
      ["1", 2, "9223372036854775807"],
    ]);
    expect(await warehouse.query("SELECT * FROM raw_types__kinds__words ORDER BY 2")).toEqual([
      ["1", 0, "a, b"],
      ["1", 1, 'q"x'],
      ["1", 2, null],
      ["1", 3, "NULL"],
    ]);
  });

  testOrders(tests);

  it("reads tables with odd names, without a key, of partitions, of wide rows, and views", async () => {
    const { warehouse, database } = world();
    await create("odd", {
      table_names: ['Odd "Names"', "without_key", "parts", "wide", "big_orders"],
      tables: { big_orders: { primary_key: ["id"] } },
    });
    expect(await warehouse.sync("odd")).toMatchObject(COMPLETED);
    const answers = await Promise.all([
      warehouse.query('SELECT count(*), count(DISTINCT value), max(first_key) FROM "raw_odd__odd_names"'),
      warehouse.query("SELECT count(*), count(DISTINCT n), sum(n) FROM raw_odd__without_key"),
      warehouse.query("SELECT count(*), count(DISTINCT n), max(day) FROM raw_odd__parts"),
      warehouse.query("SELECT count(*), sum(length(body)), max(id) FROM raw_odd__wide"),
      warehouse.query("SELECT count(*), count(DISTINCT id), min(id) FROM raw_odd__big_orders"),
    ]);
    const lengths = database.print("SELECT sum(length(body)) FROM wide");
    expect(answers).toEqual([
      [[12_001, 12_001, 4000]],
      [[20_000, 20_000, 1_250_025_000 - 750_015_000]],
      [[7000, 7000, "2024-07-04"]],
      [[30, Number(lengths), 30]],
      [[6001, 6001, 94_001]],
    ]);
  });
});

it("a parent has its heirs' rows, too, whose keys may equal its own", async () => {
  const { warehouse } = world();
  await create("heirs", { table_names: ["parents"] });
  expect(await warehouse.sync("heirs")).toMatchObject(COMPLETED);
  expect(
    await warehouse.query("SELECT name, count(*), count(DISTINCT id) FROM raw_heirs__parents GROUP BY 1 ORDER BY 1"),
  ).toEqual([
    ["child", 6000, 6000],
    ["parent", 6000, 6000],
  ]);
});

describe("what is wrong", () => {
  it("is said without a part of the address", async () => {
    const { database, server } = world();
    const wrong = database.address().replace("s3cret%2Fword", "sesame");
    const at = `PostgreSQL localhost:${database.port}`;
    expect(await said("wrong_password", {}, wrong)).toBe(`${at}: the login was refused`);
    expect(await said("no_user", {}, wrong.replace("reader", "nobody"))).toBe(`${at}: the login was refused`);
    expect(await said("no_database", {}, database.address().replace(/shop$/, "void"))).toBe(
      `${at}: there is no such database`,
    );
    expect(await said("no_table", { table_names: ["orders", "ordres"] })).toBe(
      "config.table_names: there is no table public.ordres",
    );
    expect(await said("no_column", { tables: { orders: { cursor_column: "changed" } } })).toBe(
      "config.tables.orders.cursor_column: the table has no column changed",
    );
    expect(await said("no_address", {}, "s3cret")).toContain("is not an address such as postgresql://");
    expect(await said("no_host", {}, "postgresql://reader:s3cret@nowhere.invalid/shop")).toBe(
      "nowhere.invalid:5432 could not be reached",
    );
    expect(await said("near_by", {}, database.address("127.0.0.1"))).toBe(
      "host: is a private address; ALLOW_PRIVATE_HOSTS can permit it",
    );
    expect(await said("unsealed", { sslmode: "disable" })).toBe("Connected");
    expect(await said("far_away", { sslmode: "disable" }, "postgresql://reader:s3cret@example.com/shop")).toBe(
      "host: is not reached without TLS; ALLOW_PRIVATE_HOSTS can permit it",
    );
    expect(server.output()).not.toMatch(/s3cret|sesame/);
  });

  it("fails the table that may not be read, and loads the others", async () => {
    const { warehouse } = world();
    await create("some", { table_names: ["locked", "parts"] });
    const job = await warehouse.sync("some");
    expect(job).toMatchObject({
      status: "completed",
      errors: [expect.stringMatching(/^locked: PostgreSQL .*: permission denied for table locked \(42501\)$/)],
    });
    expect(await warehouse.query("SELECT count(*) FROM raw_some__parts")).toEqual([[7000]]);
  });
});

testStranger(tests);
