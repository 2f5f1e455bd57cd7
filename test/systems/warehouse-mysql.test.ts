import { describe, expect, it } from "vitest";
import { startMysql } from "../support/mysql-server.ts";
import { COMPLETED, ORDERS, testOrders, testStranger, useDatabase } from "./warehouse-database.ts";

const PRINTED_ORDER = `concat(id, '|', amount, '|', coalesce(note, ''), '|',
  date_format(updated_at, '%Y-%m-%dT%H:%i:%s.%f'))`;

const TABLES = `
SET sql_mode = '', time_zone = '+00:00';
CREATE TABLE kinds (
  id int unsigned AUTO_INCREMENT PRIMARY KEY, tiny tinyint, truth tinyint(1), small smallint, big bigint,
  large bigint unsigned, price decimal(12, 4), number decimal(65, 10), single float, \`double\` double, flag bit(1),
  bits bit(64), word varchar(20), fixed char(4), accented varchar(20) CHARACTER SET latin1, bytes varbinary(8), raw blob,
  day date, clock time(3), moment datetime(6), stamp timestamp NULL, season year, feeling enum('sad', 'glad'),
  choices set('a', 'b', 'c'), document json, place point, long_text longtext
);
INSERT INTO kinds VALUES
  (1, -128, 1, -32768, 9223372036854775807, 18446744073709551615, 19.9, 12345678901234567890.123456789, 0.1, 0.1, b'1',
   b'1111111111111111111111111111111111111111111111111111111111111111', 'naïve "x" 😀', 'ab', 'é', x'deadbeef', x'00ff',
   '2024-02-29', '-838:59:59', '2024-01-02 03:04:05.678901', '2024-01-02 03:04:05', 2024, 'glad', 'a,c',
   '{"a": {"b": 9007199254740993}, "list": [1, 2]}', point(1, 2), 'long'),
  (2, 127, 2, 32767, -9223372036854775808, 0, -0.0001, -1, 16777217, 1.7976931348623157e308, b'0', b'101', '', '', '', '',
   '', '0000-00-00', '00:00:00', '0000-00-00 00:00:00', '0000-00-00 00:00:00', 1901, 'sad', '', '"text"', NULL, ''),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
   NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE orders (id bigint unsigned PRIMARY KEY, amount decimal(12, 2), note text, updated_at datetime(6) NOT NULL,
  KEY (updated_at, id));
INSERT INTO orders SELECT seq, seq * 0.37, IF(seq % 3 = 0, NULL, concat('order ', seq)),
  '2024-01-01' + INTERVAL seq SECOND + INTERVAL seq MICROSECOND FROM seq_1_to_${ORDERS};
CREATE TABLE \`Odd "Names\` (\`First Key\` int, second enum('z', 'y', 'x'), bytes binary(2), value text,
  PRIMARY KEY (\`First Key\`, second, bytes));
INSERT INTO \`Odd "Names\` SELECT seq DIV 6, 1 + seq % 3, IF(seq % 6 < 3, x'0001', x'ff27'), concat('v', seq)
  FROM seq_0_to_11999;
CREATE TABLE without_key (n int);
INSERT INTO without_key SELECT seq FROM seq_1_to_12000;
CREATE TABLE of_both_cases (word varchar(20), long_text longtext, latin varchar(20) CHARACTER SET latin1,
  cyrillic varchar(20) CHARACTER SET cp1251) COLLATE utf8mb4_general_ci;
INSERT INTO of_both_cases SELECT
  concat(IF(seq & 1, 'A', 'a'), IF(seq & 2, 'B', 'b'), IF(seq & 4, 'C', 'c'), IF(seq & 8, 'D', 'd'), IF(seq & 16, 'E', 'e'),
    IF(seq & 32, 'F', 'f'), IF(seq & 64, 'G', 'g'), IF(seq & 128, 'H', 'h'), IF(seq & 256, 'I', 'i'),
    IF(seq & 512, 'J', 'j'), IF(seq & 1024, 'K', 'k'), IF(seq & 2048, 'L', 'l'), IF(seq & 4096, 'M', 'm'),
    IF(seq & 8192, 'N', 'n')),
  repeat('long', 300), 'é', 'ж'
  FROM seq_1_to_12000;
CREATE VIEW time_limits AS SELECT VARIABLE_VALUE AS seconds FROM information_schema.SESSION_VARIABLES
  WHERE VARIABLE_NAME = 'MAX_STATEMENT_TIME';
CREATE TABLE floating (amount float PRIMARY KEY);
INSERT INTO floating SELECT seq / 7 FROM seq_1_to_6000;
CREATE TABLE wide (id int PRIMARY KEY, body longtext);
INSERT INTO wide SELECT seq, repeat('wide', 125000) FROM seq_1_to_30;
CREATE VIEW big_orders AS SELECT id, amount FROM orders WHERE id > 94000;
CREATE DATABASE other;
CREATE TABLE other.hidden (id int PRIMARY KEY);
`;

const tests = useDatabase({
  type: "mysql",
  title: "MySQL",
  start: startMysql,
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
      ...{ _catchment_id: "1", id: 1, tiny: -128, truth: 1, small: -32_768, big: "9223372036854775807" },
      ...{ large: "18446744073709551615", price: "19.9000", number: "12345678901234567890.1234567890", single: 0.1 },
      ...{ double: 0.1, flag: 1, bits: "18446744073709551615", word: 'naïve "x" 😀', fixed: "ab", accented: "é" },
      ...{ bytes: "3q2+7w==", raw: "AP8=", day: "2024-02-29", clock: "-838:59:59.000" },
      ...{ moment: "2024-01-02T03:04:05.678901", stamp: "2024-01-02T03:04:05.000000Z", season: 2024 },
      ...{
        feeling: "glad",
        choices: "a,c",
        document__a__b: "9007199254740993",
        place: "POINT(1 2)",
        long_text: "long",
      },
    });
    expect(second).toEqual({
      ...{ id: 2, tiny: 127, truth: 2, small: 32_767, big: "-9223372036854775808", large: "0", price: "-0.0001" },
      ...{ number: "-1.0000000000", single: 16_777_216, double: 1.7976931348623157e308, flag: 0, bits: "5", word: "" },
      ...{ fixed: "", accented: "", bytes: "", raw: "", clock: "00:00:00.000", season: 1901, feeling: "sad" },
      ...{ choices: "", document: "text", long_text: "" },
    });
    expect(third).toEqual({ id: 3 });
    expect(await warehouse.query("SELECT value FROM raw_types__kinds__document__list ORDER BY 1")).toEqual([[1], [2]]);
  });

  testOrders(tests);

  it("reads tables with odd names and keys, without a key, of wide rows, and views", async () => {
    const { warehouse } = world();
    await create("odd", {
      table_names: ['Odd "Names', "without_key", "floating", "wide", "big_orders"],
      tables: { big_orders: { primary_key: ["id"] } },
    });
    expect(await warehouse.sync("odd")).toMatchObject(COMPLETED);
    const answers = await Promise.all([
      warehouse.query('SELECT count(*), count(DISTINCT value), max(first_key) FROM "raw_odd__odd_names"'),
      warehouse.query("SELECT count(*), count(DISTINCT n), sum(n) FROM raw_odd__without_key"),
      warehouse.query("SELECT count(*), count(DISTINCT amount) FROM raw_odd__floating"),
      warehouse.query("SELECT count(*), sum(length(body)), max(id) FROM raw_odd__wide"),
      warehouse.query("SELECT count(*), count(DISTINCT id), min(id) FROM raw_odd__big_orders"),
    ]);
    expect(answers).toEqual([
      [[12_000, 12_000, 1999]],
      [[12_000, 12_000, 72_006_000]],
      [[6000, 6000]],
      [[30, 15_000_000, 30]],
      [[6001, 6001, 94_001]],
    ]);
  });
});

describe("a table without a key", () => {
  it("has every row once though all of them are equal to its collation", async () => {
    const { warehouse } = world();
    await create("cases", { table_names: ["of_both_cases"] });
    expect(await warehouse.sync("cases")).toMatchObject(COMPLETED);
    expect(
      await warehouse.query(
        "SELECT count(*), count(DISTINCT word), max(latin), max(cyrillic) FROM raw_cases__of_both_cases",
      ),
    ).toEqual([[12_000, 12_000, "é", "ж"]]);
  });
});

it("a statement that takes too long is ended by the server, too", async () => {
  const { warehouse } = world();
  await create("limits", { table_names: ["time_limits"] });
  expect(await warehouse.sync("limits")).toMatchObject(COMPLETED);
  const [[seconds] = []] = await warehouse.query("SELECT seconds FROM raw_limits__time_limits");
  expect(Number(seconds)).toBe(50);
});

describe("what is wrong", () => {
  it("is said without a part of the address", async () => {
    const { database, server } = world();
    const wrong = database.address().replace("s3cret%2Fword", "sesame");
    const at = `MySQL localhost:${database.port}`;
    expect(await said("wrong_password", {}, wrong)).toBe(`${at}: the login was refused`);
    expect(await said("no_user", {}, wrong.replace("reader", "nobody"))).toBe(`${at}: the login was refused`);
    expect(await said("no_database", {}, database.address().replace(/shop$/, "void"))).toBe(
      `${at}: there is no such database, or it may not be read`,
    );
    expect(await said("other_database", { schema: "other" })).toBe(
      `${at}: there is no such database, or it may not be read`,
    );
    expect(await said("no_schema", {}, database.address().replace(/\/shop$/, ""))).toBe(
      "config.schema: is missing, and the address names no database",
    );
    expect(await said("no_table", { table_names: ["orders", "ordres"] })).toBe(
      "config.table_names: there is no table shop.ordres",
    );
    expect(await said("no_key", { tables: { without_key: { cursor_column: "n" } } })).toBe(
      "config.tables.without_key.primary_key: a cursor_column needs it, and the table has none of its own",
    );
    expect(await said("no_host", {}, "mysql://reader:s3cret@nowhere.invalid/shop")).toBe(
      "nowhere.invalid:3306 could not be reached",
    );
    expect(await said("near_by", {}, database.address("127.0.0.1"))).toBe(
      "host: is a private address; ALLOW_PRIVATE_HOSTS can permit it",
    );
    expect(await said("unsealed", { sslmode: "disable" })).toBe("Connected");
    expect(server.output()).not.toMatch(/s3cret|sesame/);
  });
});

testStranger(tests);
