import { describe, expect, test } from "vitest";
import { findBank, listBanks } from "../../../src/connectors/banks/banks.ts";
import { demoBank } from "../../../src/connectors/banks/demo-bank.ts";
import { fillPlaceholders, recipeSchema } from "../../../src/connectors/banks/recipe.ts";

/** The demo bank's recipe as JSON with something else in it. */
function alter(change: (recipe: ReturnType<typeof copy>) => void): unknown {
  const recipe = copy();
  change(recipe);
  return recipe;
}

const copy = () =>
  structuredClone(demoBank) as Record<string, unknown> & Record<"login" | "collect", Record<string, unknown>[]>;

const set = (phase: "login" | "collect", index: number, values: Record<string, unknown>) =>
  alter((recipe) => Object.assign(recipe[phase][index] ?? {}, values));

/** Paths and messages of what is wrong with a recipe. */
const problemsOf = (recipe: unknown): string[] =>
  recipeSchema.safeParse(recipe).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

test("every bank's recipe is sound, is found by its id and keeps its shape as JSON", () => {
  expect(listBanks().map(({ id, runner }) => [id, runner])).toEqual([
    ["demo-bank", "http"],
    ["demo-bank-browser", "browser"],
    ["erste-netbroker", "browser"],
  ]);
  for (const bank of listBanks()) {
    expect(findBank(bank.id)).toBe(bank);
    expect(recipeSchema.parse(JSON.parse(JSON.stringify(bank)))).toEqual(bank);
  }
  expect(findBank("toString")).toBeUndefined();
});

test("the broker's report loses its head and foot and gets the names that people know", () => {
  expect(findBank("erste-netbroker")?.reports[0]?.shape).toMatchObject({
    skip_first_rows: 6,
    skip_last_rows: 1,
    drop_empty_columns: true,
    columns: { length: 16, 0: "Instrumentum", 14: "Árfolyam", 15: "NewCurrency" },
    add: [{ column: "Date_of_import", value: "import_date" }],
  });
});

describe("a recipe is refused", () => {
  test.for<[why: string, recipe: unknown, problem: string]>([
    ["that is none", "demo-bank", ": Invalid input: expected object, received string"],
    [
      "without a login",
      alter((recipe) => void (recipe.login = [])),
      "login: Too small: expected array to have >=1 items",
    ],
    [
      "with a step that nobody knows",
      set("login", 0, { do: "guess" }),
      "login.0.do: Invalid discriminator value. Expected 'open'",
    ],
    ["with a field that nobody knows", set("login", 0, { url: "/" }), 'login.0: Unrecognized key: "url"'],
    ["that leads elsewhere", set("login", 0, { path: "//evil.example" }), "login.0.path: must be a path"],
    [
      "with the password in an address",
      set("login", 0, { path: "/login?p={{password}}" }),
      "login.0.path: must not hold placeholders",
    ],
    [
      "with the password in a description",
      set("login", 3, { description: "Enter {{password}}" }),
      "login.3.description: must not hold placeholders",
    ],
    [
      "with a placeholder that nobody knows",
      set("login", 1, { value: "{{pin}}" }),
      "login.1.value: must not hold {{pin}}",
    ],
    [
      "with a code that is not waited for",
      set("login", 1, { value: "{{one_time_code}}" }),
      "login.1.value: must not hold {{one_time_code}}",
    ],
    ["with the password twice", set("login", 1, { value: "{{password}}" }), "login: must fill in {{password}} once"],
    ["without the password", set("login", 3, { value: "letmein" }), "login: must fill in {{password}} once"],
    [
      "with a password that may be left out",
      set("login", 3, { optional: true }),
      "login.3.optional: must not be set for the password",
    ],
    [
      "that fills in the login after it",
      set("collect", 0, { do: "fill", target: { field: ["Name"] }, value: "{{username}}", report: undefined }),
      "collect.0.do: may only be done in the login",
    ],
    [
      "with a report that it does not name",
      set("collect", 0, { report: "cards" }),
      "collect.0.report: is not among the reports",
    ],
    [
      "with a step that never ends",
      set("login", 0, { timeout_seconds: 3600 }),
      "login.0.timeout_seconds: Too big: expected number to be <=180",
    ],
    [
      "with an address that is not encrypted",
      alter((recipe) => void (recipe["base_url"] = "http://bank.example")),
      "base_url: must be https, or http on this machine",
    ],
    [
      "with a login in its address",
      alter((recipe) => void (recipe["base_url"] = "https://me:secret@bank.example")),
      "base_url: must be an origin, with a path at most",
    ],
  ])("%s", ([, recipe, problem]) => {
    expect(problemsOf(recipe)).toContainEqual(expect.stringContaining(problem));
  });
});

test("placeholders are filled as they are, whatever is in them", () => {
  const secrets = { username: "$&", password: "{{username}}" };
  expect(fillPlaceholders("{{username}}/{{password}}", secrets)).toBe("$&/{{username}}");
});
