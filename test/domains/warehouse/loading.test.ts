import { describe, expect, it } from "vitest";
import { finishLoad } from "../../../src/domains/warehouse/loading/finish-load.ts";
import { openLoad } from "../../../src/domains/warehouse/loading/load.ts";
import { loadRows } from "../../../src/domains/warehouse/loading/load-rows.ts";
import { forgetRows } from "../../../src/domains/warehouse/loading/load-values.ts";
import { dropTables, listTables } from "../../../src/domains/warehouse/loading/table-list.ts";
import { sqlName } from "../../../src/domains/warehouse/loading/table-names.ts";
import { testContext } from "../../support/context.ts";
import { commit, load, type Row, rowsOf, storedNames, target } from "./loads.ts";

const ORDERS = "SELECT * FROM raw_shop__orders";

describe("rows that are appended", () => {
  it("keep integers, texts of digits, fractions, truth values and dates what they are", async () => {
    const ctx = testContext();
    const row = {
      id: 9223372036854775807n,
      code: "007",
      digits: "42",
      price: 10.5,
      paid: true,
      day: "2024-01-05",
      huge: 12345678901234567890n,
      note: 'He said "no"; DROP TABLE x --\n',
    };
    await load(ctx, target(), [[row]]);
    expect(
      await rowsOf(
        ctx,
        `SELECT CAST(id AS TEXT) id, typeof(id) id_class, code, digits, typeof(digits) digits_class, price, paid, day, huge, note FROM raw_shop__orders`,
      ),
    ).toEqual([
      {
        id: "9223372036854775807",
        id_class: "integer",
        code: "007",
        digits: "42",
        digits_class: "text",
        price: 10.5,
        paid: 1,
        day: "2024-01-05",
        huge: "12345678901234567890",
        note: 'He said "no"; DROP TABLE x --\n',
      },
    ]);
    const [table] = await listTables(ctx, "raw_");
    expect(table?.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "id integer",
      "code text",
      "digits text",
      "price real",
      "paid boolean",
      "day date",
      "huge decimal",
      "note text",
    ]);
  });

  it("add columns and widen them as they come, without losing a value", async () => {
    const ctx = testContext();
    await load(ctx, target(), [
      [{ a: 1, b: 1, c: true, d: 1.5 }],
      [{ a: 2.5, b: 9007199254740993n, d: "x" }],
      [{ b: 0.5, c: "maybe", e: { f: 1 } }],
    ]);
    expect(await rowsOf(ctx, ORDERS)).toEqual([
      { a: 1, b: "1", c: "true", d: "1.5", e__f: null },
      { a: 2.5, b: "9007199254740993", c: null, d: "x", e__f: null },
      { a: null, b: "0.5", c: "maybe", d: null, e__f: 1 },
    ]);
    expect(await rowsOf(ctx, "SELECT typeof(a) a FROM raw_shop__orders LIMIT 1")).toEqual([{ a: "real" }]);
    expect(await storedNames(ctx)).toEqual(["raw_shop__orders", "raw_shop__orders__v3"]);
  });

  it("are loaded once when a load is repeated with the same id", async () => {
    const ctx = testContext();
    await load(ctx, target(), [[{ a: 1 }]]);
    const again = await openLoad(ctx, target());
    expect(again).toMatchObject({ finished: true, position: 1, row_count: 1 });
    await load(ctx, target({ load: "load_2" }), [[{ a: 1 }]]);
    expect(await rowsOf(ctx, ORDERS)).toEqual([{ a: 1 }, { a: 1 }]);
    expect(await listTables(ctx)).toMatchObject([{ row_count: 2 }]);
  });

  it("carry stamps by which they can be taken away again", async () => {
    const ctx = testContext();
    for (const file of ["a.csv", "b'.csv"]) {
      const open = await openLoad(ctx, target({ load: file }));
      const page = { rows: [{ n: 1 }, { n: 2 }], position: null, stamps: { _catchment_file: file } };
      await commit(ctx, (await loadRows(ctx, open, page)).statements);
    }
    const open = await openLoad(ctx, target({ load: "c" }));
    await commit(ctx, forgetRows(ctx.warehouse, open, "_catchment_file", "b'.csv"));
    expect(await rowsOf(ctx, ORDERS)).toEqual([
      { _catchment_file: "a.csv", n: 1 },
      { _catchment_file: "a.csv", n: 2 },
    ]);
    expect(await listTables(ctx)).toMatchObject([{ row_count: 2 }]);
  });

  it("read numbers in texts where that is asked for, and show declared columns that stay empty", async () => {
    const ctx = testContext();
    const columns = [{ key: "Amount" }, { key: "Empty" }, { key: "Code", type: "text" as const }];
    await load(ctx, target({ read_texts: true, columns }), [[{ Amount: "10.50", Empty: null, Code: "12" }]]);
    expect(await rowsOf(ctx, ORDERS)).toEqual([{ amount: 10.5, empty: null, code: "12" }]);
    expect((await listTables(ctx))[0]?.columns.map(({ type }) => type)).toEqual(["real", "text", "text"]);
  });
});

describe("lists", () => {
  it("become tables whose rows name their parent and position", async () => {
    const ctx = testContext();
    const rows = [
      { id: "a", items: [{ sku: "x", sizes: ["S", "M"] }, { sku: "y" }] },
      { id: "b", tags: [1, 2] },
    ];
    await load(ctx, target({ disposition: "merge", key: ["id"] }), [rows]);
    expect(
      await rowsOf(
        ctx,
        `SELECT o.id, i.sku, i._catchment_list_idx AS position, s.value AS size FROM raw_shop__orders o
         JOIN raw_shop__orders__items i ON i._catchment_parent_id = o._catchment_id
         LEFT JOIN raw_shop__orders__items__sizes s ON s._catchment_parent_id = i._catchment_id ORDER BY sku, size`,
      ),
    ).toEqual([
      { id: "a", sku: "x", position: 0, size: "M" },
      { id: "a", sku: "x", position: 0, size: "S" },
      { id: "a", sku: "y", position: 1, size: null },
    ]);
    expect(await rowsOf(ctx, "SELECT value FROM raw_shop__orders__tags ORDER BY _catchment_list_idx")).toEqual([
      { value: 1 },
      { value: 2 },
    ]);
  });

  it("are replaced with the row that they belong to, at every depth", async () => {
    const ctx = testContext();
    const merge = { disposition: "merge" as const, key: ["id"] };
    const first = [
      { id: 1, items: [{ sku: "x", sizes: [1, 2] }] },
      { id: 2, items: [{ sku: "z", sizes: [3] }] },
    ];
    await load(ctx, target(merge), [first]);
    await load(ctx, target({ ...merge, load: "load_2" }), [[{ id: 1, items: [{ sku: "new", sizes: [9] }] }]]);
    expect(await rowsOf(ctx, "SELECT sku FROM raw_shop__orders__items ORDER BY sku")).toEqual([
      { sku: "new" },
      { sku: "z" },
    ]);
    expect(await rowsOf(ctx, "SELECT value FROM raw_shop__orders__items__sizes ORDER BY value")).toEqual([
      { value: 3 },
      { value: 9 },
    ]);
    expect((await listTables(ctx)).map(({ name, row_count }) => [name, row_count])).toEqual([
      ["orders", 2],
      ["orders__items", 2],
      ["orders__items__sizes", 2],
    ]);
  });

  it("that a stream no longer has leave an empty table after a full refresh", async () => {
    const ctx = testContext();
    await load(ctx, target({ disposition: "replace" }), [[{ id: 1, tags: ["a"] }]]);
    await load(ctx, target({ disposition: "replace", load: "load_2" }), [[{ id: 1 }]]);
    expect(await rowsOf(ctx, "SELECT value FROM raw_shop__orders__tags")).toEqual([]);
    expect((await listTables(ctx)).map(({ name, row_count }) => [name, row_count])).toEqual([
      ["orders", 1],
      ["orders__tags", 0],
    ]);
  });

  it("named as a generation do not take its table", async () => {
    const ctx = testContext();
    await load(ctx, target(), [[{ id: 1, v1: ["a"], v2: [{ n: 1 }] }]]);
    expect(await storedNames(ctx)).toEqual([
      "raw_shop__orders",
      "raw_shop__orders__v1",
      "raw_shop__orders__v_1",
      "raw_shop__orders__v_1__v1",
      "raw_shop__orders__v_2",
      "raw_shop__orders__v_2__v1",
    ]);
  });
});

describe("rows with a key", () => {
  it("replace those with the same key, the last of a page counting", async () => {
    const ctx = testContext();
    const merge = target({ disposition: "merge", key: ["shop", "id"] });
    await load(ctx, merge, [
      [
        { id: 1, shop: "x", n: 1, gone: true },
        { id: 1, shop: "y", n: 2 },
        { id: 1, shop: "x", n: 3 },
      ],
      [{ id: 1, shop: "y", n: 4 }],
    ]);
    expect(await rowsOf(ctx, `${ORDERS} ORDER BY n`)).toEqual([
      { shop: "x", id: 1, n: 3, gone: null },
      { shop: "y", id: 1, n: 4, gone: null },
    ]);
    expect(await listTables(ctx)).toMatchObject([{ row_count: 2 }]);
  });

  it("are refused without it, before anything is written", async () => {
    const ctx = testContext();
    const merge = target({ disposition: "merge", key: ["id"] });
    await expect(load(ctx, merge, [[{ id: 1 }, { n: 2 }]])).rejects.toThrow(
      'A row of raw_shop.orders has no value for its key "id"',
    );
    expect(await storedNames(ctx)).toEqual([]);
  });

  it("that comes wider later is still the same row", async () => {
    const ctx = testContext();
    const merge = target({ disposition: "merge", key: ["id"] });
    await load(ctx, merge, [[{ id: 1, tags: ["a"] }], [{ id: "x" }], [{ id: "1", tags: ["b"] }]]);
    expect(await rowsOf(ctx, "SELECT id FROM raw_shop__orders ORDER BY id")).toEqual([{ id: "1" }, { id: "x" }]);
    expect(await rowsOf(ctx, "SELECT value FROM raw_shop__orders__tags")).toEqual([{ value: "b" }]);
  });
});

describe("a full refresh", () => {
  const replace = (id: string) => target({ disposition: "replace", load: id });

  it("shows its rows at the end and drops what an abandoned one left", async () => {
    const ctx = testContext();
    await load(ctx, replace("load_1"), [[{ a: 1 }], [{ a: 2 }]]);
    const open = await openLoad(ctx, replace("load_2"));
    await commit(ctx, (await loadRows(ctx, open, { rows: [{ a: 7, list: [1] }], position: 1 })).statements);
    expect(await rowsOf(ctx, ORDERS)).toEqual([{ a: 1 }, { a: 2 }]);
    await load(ctx, replace("load_3"), [[{ a: 3 }]]);
    expect(await rowsOf(ctx, ORDERS)).toEqual([{ a: 3 }]);
    expect(await storedNames(ctx)).toEqual(["raw_shop__orders", "raw_shop__orders__v2"]);
  });

  it("keeps the order of columns and finds their types anew", async () => {
    const ctx = testContext();
    await load(ctx, replace("load_1"), [[{ a: "wrong", b: 1, c: 1.5 }]]);
    await load(ctx, replace("load_2"), [[{ c: 2, a: 5 }]]);
    expect(await rowsOf(ctx, ORDERS)).toEqual([{ a: 5, b: null, c: 2 }]);
    expect((await listTables(ctx))[0]?.columns.map(({ type }) => type)).toEqual(["integer", "integer", "integer"]);
  });

  it("by nothing keeps the rows that are there, unless it is allowed", async () => {
    const ctx = testContext();
    await load(ctx, replace("load_1"), [[{ a: 1 }]]);
    await expect(load(ctx, replace("load_2"), [[]])).rejects.toThrow(
      "No rows came, so the 1 rows of raw_shop.orders stay; set allow_empty_replace to empty it",
    );
    expect(await rowsOf(ctx, ORDERS)).toEqual([{ a: 1 }]);
    const open = await openLoad(ctx, replace("load_3"));
    await commit(ctx, finishLoad(ctx, open, { allow_empty_replace: true }).statements);
    expect(await rowsOf(ctx, ORDERS)).toEqual([]);
    expect((await listTables(ctx))[0]).toMatchObject({ row_count: 0, columns: [{ name: "a", type: "integer" }] });
  });
});

describe("a wide table", () => {
  it("keeps 90 columns, key, cursor and scalars first, and all else in _extra", async () => {
    const ctx = testContext();
    const wide: Row = {};
    for (let n = 0; n < 63; n++) wide[`nested${n}`] = { x: n, y: `y${n}` };
    wide.created = 1_700_000_000;
    wide.id = "ch_1";
    const charges = target({ disposition: "merge", key: ["id"], cursor_field: "created", name: "charges" });
    const overflow = await load(ctx, charges, [[wide], [{ id: "ch_2", late: 9007199254740993n, created: 1 }]]);
    const [table] = await listTables(ctx);
    expect(table?.columns).toHaveLength(90);
    expect(table?.columns.slice(0, 3).map(({ name }) => name)).toEqual(["id", "created", "nested0__x"]);
    expect(overflow).toHaveLength(128 - 90 + 1);
    const rows = await rowsOf(ctx, "SELECT * FROM raw_shop__charges ORDER BY id");
    const [first, second] = rows.map(({ _extra: extra, ...row }) => ({ row, extra: String(extra) }));
    const expected = Object.fromEntries(
      Array.from({ length: 63 }, (_, n) => [`nested${n}`, n]).flatMap(([name, n]) => [
        [`${name}__x`, n],
        [`${name}__y`, `y${n}`],
      ]),
    );
    const whole = { ...first?.row, ...JSON.parse(first?.extra ?? "{}") };
    expect(whole).toEqual({ ...expected, id: "ch_1", created: 1_700_000_000 });
    expect(second?.extra).toBe('{"late":9007199254740993}');
  });

  it("tells keys apart that become the same name, in later loads too", async () => {
    const ctx = testContext();
    await load(ctx, target(), [[{ orderId: 1 }]]);
    await load(ctx, target({ load: "load_2" }), [[{ order_id: 2, orderId: 3, _extra: 4, _catchment_id: 5 }]]);
    const [first, second] = await rowsOf(ctx, ORDERS);
    expect(first).toMatchObject({ order_id: 1 });
    expect(second).toMatchObject({ order_id: 3, x_extra: 4, x_catchment_id: 5 });
    expect(Object.values(second ?? {}).toSorted()).toEqual([2, 3, 4, 5]);
  });
});

describe("a table", () => {
  it.each(["sqlite_x", "_catchment_x", "_cf_x", "d1_x", "a b", 'a"', "a__b", "a_", ""])(
    "of the schema %j is refused",
    (schema) => {
      expect(() => sqlName(schema, "orders")).toThrow("cannot be the name of a table");
    },
  );

  it("with the name of a generation is refused", () => {
    expect(() => sqlName("raw", "orders__v1")).toThrow('"raw__orders__v1" cannot be the name of a table');
    expect(sqlName("staging", "stg_sales__sales")).toBe("staging__stg_sales__sales");
  });

  it("of another owner is not written into", async () => {
    const ctx = testContext();
    await load(ctx, target(), [[{ a: 1, list: [1] }]]);
    await expect(openLoad(ctx, target({ owner: "model:x" }))).rejects.toThrow(
      "Table raw_shop.orders belongs to source:shop",
    );
    await expect(openLoad(ctx, target({ name: "orders__list" }))).rejects.toThrow("belongs to source:shop");
  });

  it("goes with its owner, and what a load was building too", async () => {
    const ctx = testContext();
    await load(ctx, target(), [[{ a: 1, list: [1] }]]);
    await load(ctx, target({ owner: "source:other", schema: "raw_other" }), [[{ a: 1 }]]);
    const open = await openLoad(ctx, target({ disposition: "replace", load: "load_2" }));
    await commit(ctx, (await loadRows(ctx, open, { rows: [{ a: 7 }], position: 1 })).statements);
    await commit(ctx, await dropTables(ctx, "source:shop"));
    expect(await storedNames(ctx)).toEqual(["raw_other__orders", "raw_other__orders__v1"]);
    expect((await listTables(ctx)).map(({ schema }) => schema)).toEqual(["raw_other"]);
  });

  it("takes rows of up to 1.9 MB, and pages of many such rows", async () => {
    const ctx = testContext();
    const text = "é".repeat(600_000);
    await load(ctx, target(), [[{ text }, { text }, { text: "x" }]]);
    expect(await rowsOf(ctx, "SELECT length(text) n FROM raw_shop__orders")).toEqual([
      { n: 600_000 },
      { n: 600_000 },
      { n: 1 },
    ]);
    await expect(load(ctx, target({ load: "load_2" }), [[{ text: "é".repeat(1_000_000) }]])).rejects.toThrow(
      "A row of raw_shop.orders is larger than 1.9 MB",
    );
  });
});
