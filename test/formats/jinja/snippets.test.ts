import { expect, it } from "vitest";
import { dbtFunctions } from "../../../src/formats/jinja/dbt-functions.ts";
import { toValue } from "../../../src/formats/jinja/json-text.ts";
import { parseTemplate } from "../../../src/formats/jinja/parser.ts";
import { renderTemplate } from "../../../src/formats/jinja/render.ts";
import { AppError } from "../../../src/errors.ts";
import snippets from "../../fixtures/jinja/snippets.json";

/** The variables of the corpus as Python reads them: `whole` is a float there. */
function globals() {
  const variables = Object.entries(snippets.variables).map(([name, value]) => [name, toValue(value)] as const);
  return new Map([...dbtFunctions(), ...variables, ["whole", 4] as const]);
}

const render = (source: string) => renderTemplate(parseTemplate(source, "snippet"), { globals: globals() });

const cases: { template: string; output?: string; error?: string }[] = snippets.cases;

// One test for all: each has its own databases set up, which takes longer than the whole corpus.
it("every template of the corpus renders as in Python's jinja2", () => {
  const rendering = cases.filter(({ output }) => output !== undefined);
  expect(rendering.length).toBeGreaterThan(120);
  for (const { template, output } of rendering) expect(render(template), template).toBe(output);
});

it("what fails in Python's jinja2 fails here, with template and line", () => {
  const failing = cases.filter(({ error }) => error !== undefined);
  expect(failing.length).toBeGreaterThan(50);
  for (const { template } of failing) {
    expect(() => render(template), template).toThrow(AppError);
    expect(() => render(template), template).toThrow(/^snippet, line \d+: /);
  }
});
