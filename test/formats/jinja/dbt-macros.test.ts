/// <reference types="vite/types/importMeta.d.ts" />
import { expect, it } from "vitest";
import { toValue } from "../../../src/formats/jinja/json-text.ts";
import { loadMacros } from "../../../src/formats/jinja/macro-library.ts";
import { parseTemplate } from "../../../src/formats/jinja/parser.ts";
import { renderWithQueries } from "../../../src/formats/jinja/queries.ts";
import { callMacro, renderBlocks, renderTemplate } from "../../../src/formats/jinja/render.ts";
import { noArguments, positionalArguments, type Value } from "../../../src/formats/jinja/values.ts";
import rendered from "../../fixtures/jinja/rendered.json";
import { library, projectGlobals } from "./dbt-project.ts";

const docs = import.meta.glob<string>("../../fixtures/dbt/jaffle_shop/models/*.md", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** The rows that the script behind the fixtures answers with. */
function answerQuery(sql: string): Value {
  const rows = sql.includes("datediff") ? [[5]] : [["red"], ["blue's"], ["a-b c"]];
  return toValue({ data: rows, table: rows });
}

async function renderProject(source: string) {
  const asked: string[] = [];
  const output = await renderWithQueries<Value, string>(
    (queries) => renderTemplate(parseTemplate(source, "model"), { globals: projectGlobals(queries), macros: library }),
    async (sql) => {
      asked.push(sql);
      return answerQuery(sql);
    },
  );
  return { output, queries: asked };
}

it("every macro and test of dbt_utils is loaded", () => {
  const macros = [...(library.packages.get("dbt_utils")?.keys() ?? [])];
  expect(macros).toHaveLength(116);
  expect(macros).toEqual(expect.arrayContaining(["star", "default__union_relations", "test_accepted_range"]));
});

it("the macros of dbt_utils give what Python gives, and ask the same queries", async () => {
  expect(rendered.calls.length).toBeGreaterThan(45);
  for (const { template, output, queries } of rendered.calls) {
    expect(await renderProject(template), template).toEqual({ output, queries });
  }
});

it("every model of jaffle_shop renders as in Python", async () => {
  expect(rendered.models).toHaveLength(5);
  for (const { template, output, queries } of rendered.models) {
    expect(await renderProject(template), template).toEqual({ output, queries });
  }
});

it("the docs blocks of a project have their names and texts", () => {
  const [source = ""] = Object.entries(docs)
    .filter(([path]) => path.endsWith("/docs.md"))
    .map(([, text]) => text);
  const blocks = renderBlocks(parseTemplate(source, "docs.md"), "docs");
  expect([...blocks.keys()]).toEqual(["orders_status"]);
  expect(blocks.get("orders_status")).toMatch(/^Orders can be one of the following statuses:\n\n\| status/);
});

it("a query is asked once for each text of SQL, and an error of the database ends the rendering", async () => {
  const source = "{% set a = run_query('select 1') %}{% set b = run_query('select 1') %}{{ a[0][0] }}{{ b[1][0] }}";
  expect(await renderProject(source)).toEqual({ output: "redblue's", queries: ["\n    select 1\n  "] });
  const failing = renderWithQueries<Value, string>(
    ({ answer }) => String(answer("select 1")),
    async () => {
      throw new Error("no such table");
    },
  );
  await expect(failing).rejects.toThrow("no such table");
});

it("a template that asks ever new queries is refused", async () => {
  const endless = renderWithQueries<number, number>(
    ({ answer }) => {
      for (let query = 0; ; query++) answer(`select ${query}`);
    },
    async () => 1,
  );
  await expect(endless).rejects.toThrow("The template asks more than 100 queries");
});

const files = [
  {
    package: "shop",
    path: "macros/own.sql",
    source: "{% set unit = 'cm' %}{% macro size() %}shop {{ unit }}{% endmacro %}{% macro one() %}own{% endmacro %}",
  },
  {
    package: "tools",
    path: "tools/a.sql",
    source: "{% macro one() %}tools{% endmacro %}{% macro two() %}{{ one() }} {{ size() }} {{ three() }}{% endmacro %}",
  },
  {
    package: "dbt",
    path: "dbt/b.sql",
    source: "{% macro three() %}{{ one() }}-dbt{% endmacro %}{% macro size() %}dbt{% endmacro %}",
  },
  {
    package: "shop",
    path: "macros/mat.sql",
    source:
      "{% materialization log_table, adapter='sqlite' %}made{% endmaterialization %}{% test positive(model, column_name) %}select {{ column_name }} from {{ model }}{% endtest %}",
  },
];

it("a macro sees its own package first, then the project's, then dbt's", () => {
  const macros = loadMacros(files, "shop");
  const template = parseTemplate("{{ one() }}|{{ tools.two() }}|{{ dbt.size() }}|{{ size() }}", "m");
  expect(renderTemplate(template, { macros })).toBe("own|tools shop cm own-dbt|dbt|shop cm");
});

it("materializations and generic tests are macros under dbt's names", () => {
  const macros = loadMacros(files, "shop");
  expect(callMacro("materialization_log_table_sqlite", noArguments(), { macros })).toBe("made");
  const given = positionalArguments("orders", "amount");
  expect(callMacro("shop.test_positive", given, { macros })).toBe("select amount from orders");
  expect(() => callMacro("nope", noArguments(), { macros })).toThrow("There is no macro 'nope'");
});

it("two macros of one name in a package are refused with both files", () => {
  const again = { package: "shop", path: "macros/again.sql", source: "\n{% macro one() %}{% endmacro %}" };
  expect(() => loadMacros([...files, again], "shop")).toThrow(
    "macros/again.sql, line 2: The macro 'one' of package 'shop' is also in macros/own.sql",
  );
});

it("an error inside a macro names the macro's file and line", () => {
  const broken = {
    package: "shop",
    path: "macros/broken.sql",
    source: "{% macro broken() %}\n\n{{ 1 / 0 }}{% endmacro %}",
  };
  const options = { macros: loadMacros([broken], "shop") };
  expect(() => renderTemplate(parseTemplate("{{ broken() }}", "model.sql"), options)).toThrow(
    "macros/broken.sql, line 3: division by zero",
  );
});
