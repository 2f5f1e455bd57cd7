import { expect, it } from "vitest";
import { AppError } from "../../../src/errors.ts";
import { dbtFunctions } from "../../../src/formats/jinja/dbt-functions.ts";
import { parseTemplate } from "../../../src/formats/jinja/parser.ts";
import { renderTemplate, renderValue } from "../../../src/formats/jinja/render.ts";
import type { TemplateLimits } from "../../../src/formats/jinja/meter.ts";

const render = (source: string, limits?: Partial<TemplateLimits>) =>
  renderTemplate(parseTemplate(source, "model.sql"), { globals: dbtFunctions(), limits });

const nestedLoops = (depth: number) => `${"{% for x in range(1000) %}".repeat(depth)}x${"{% endfor %}".repeat(depth)}`;
const doubled = (statement: string) => `{% set l = [1] %}{% for i in range(99) %}${statement}{% endfor %}`;

const costly: Record<string, string> = {
  "a list that grows while it is looped over": "{% set l = [1] %}{% for x in l %}{% do l.append(x) %}{% endfor %}",
  "loops in loops": nestedLoops(5),
  "a huge range": "{{ range(10 ** 9) }}",
  "a huge repeat of a text": "{{ 'x' * 10 ** 12 }}",
  "a huge repeat of a list": "{{ [1] * 10 ** 12 }}",
  "a text that doubles":
    "{% set ns = namespace(t='x') %}{% for i in range(99) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}",
  "a list that doubles":
    "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
  "a list that extends itself": doubled("{% do l.extend(l) %}"),
  "a huge power": "{{ 9 ** (9 ** 9) }}",
  "a power of a power": "{% set ns = namespace(n=9) %}{% for i in range(99) %}{% set ns.n = ns.n * ns.n %}{% endfor %}",
  "a wide format": "{{ '%999999999d' % 1 }}",
  "a wide brace format": "{{ '{:>999999999}'.format(1) }}",
  "a wide field": "{{ 'x'.ljust(10 ** 9) }}{{ 'x'|center(10 ** 9) }}",
  "a replacement that multiplies": "{{ ('a' * 100000).replace('a', 'b' * 100000) }}",
  "a join that multiplies": "{{ ('b' * 100000).join(range(100000)|map('string')) }}",
  "a deep indent": "{{ ('\\n' * 100000)|indent(100000) }}",
  "a long search in a list again and again":
    "{% set l = range(90000)|list %}{% for i in range(90000) %}{{ i in l }}{% endfor %}",
  "a list that holds itself, printed": "{% set l = [] %}{% do l.append(l) %}{{ l }}",
  "a list that holds itself, compared":
    "{% set l = [] %}{% set k = [] %}{% do l.append(l) %}{% do k.append(k) %}{{ l == k }}",
  "a list that holds itself, as JSON": "{% set l = [] %}{% do l.append(l) %}{{ l|tojson }}",
  "lists of the same list twice":
    "{% set ns = namespace(l=[1]) %}{% for i in range(50) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
  "a macro that calls itself": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
  "macros that call each other":
    "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
  "a macro that calls itself twice":
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(70) }}",
  "a caller that calls itself":
    "{% macro m() %}{{ caller() }}{% endmacro %}{% macro r() %}{% call m() %}{{ r() }}{% endcall %}{% endmacro %}{{ r() }}",
  "a loop that calls itself": "{% set l = [] %}{% do l.append(l) %}{% for x in l recursive %}{{ loop(x) }}{% endfor %}",
  "an output without end": "{% set t = 'x' * 1000 %}{% for i in range(2000) %}{{ t }}{% endfor %}",
  "a pattern that repeats repeats": "{{ modules.re.sub('(a+)+b', '', 'a' * 40) }}",
  "a pattern of repeated choices": "{{ modules.re.search('(a|a)*b', 'a' * 40) }}",
  "a pattern of many repeats": "{{ modules.re.search('a*a*a*a*a*b', 'a' * 3000) }}",
};

it("what would never end, or take all memory, ends with an error that names template and line", () => {
  for (const [name, source] of Object.entries(costly)) {
    expect(() => render(source), name).toThrow(AppError);
    expect(() => render(source), name).toThrow(/^model\.sql, line 1: /);
  }
});

const deep: Record<string, string> = {
  parentheses: `{{ ${"(".repeat(5000)}1${")".repeat(5000)} }}`,
  lists: `{{ ${"[".repeat(5000)}${"]".repeat(5000)} }}`,
  signs: `{{ ${"-".repeat(5000)}1 }}`,
  negations: `{{ ${"not ".repeat(5000)}1 }}`,
  sums: `{{ 1${" + 1".repeat(5000)} }}`,
  filters: `{{ 1${"|string".repeat(5000)} }}`,
  attributes: `{{ a${".b".repeat(5000)} }}`,
  conditions: `{{ ${"1 if 1 else ".repeat(5000)}1 }}`,
  blocks: "{% if true %}".repeat(5000) + "{% endif %}".repeat(5000),
};

it("what is nested too deeply is refused when the template is read", () => {
  const refusal = /^model\.sql, line 1: The (?:template|expression) is (?:nested too deeply|too long)$/;
  for (const [name, source] of Object.entries(deep))
    expect(() => parseTemplate(source, "model.sql"), name).toThrow(refusal);
});

const names = ["constructor", "__proto__", "prototype", "__class__", "toString", "hasOwnProperty", "valueOf", "items_"];

const values = "{} [] '' 1 1.5 true none (1,) range(2) namespace() dict exceptions modules.re".split(" ");

it("properties of JavaScript and private names do not exist on any value", () => {
  for (const value of values) {
    for (const name of names) {
      const source = `{{ (${value}).${name} is defined }}{{ (${value})['${name}'] is defined }}`;
      expect(render(source), source).toBe("FalseFalse");
    }
  }
});

it("names of JavaScript mean nothing, as a variable, a filter, a test or a key", () => {
  for (const name of names) {
    expect(render(`{{ ${name} is defined }}{{ {}.get('${name}') }}{{ '${name}' in {} }}`)).toBe("FalseNoneFalse");
    expect(() => render(`{{ 1|${name} }}`)).toThrow(`No filter named '${name}'.`);
    expect(() => render(`{{ 1 is ${name} }}`)).toThrow(`No test named '${name}'.`);
  }
});

it("a key called __proto__ is a key like any other", () => {
  expect(render("{% set d = {'__proto__': 1} %}{% do d.update({'constructor': 2}) %}{{ d }}")).toBe(
    "{'__proto__': 1, 'constructor': 2}",
  );
  expect(render('{{ fromjson(\'{"__proto__": {"x": 1}}\') }}{{ {}.x is defined }}')).toBe(
    "{'__proto__': {'x': 1}}False",
  );
});

it("limits are those that are given", () => {
  expect(() => render("{% for x in range(99) %}{{ x }}{% endfor %}", { steps: 100 })).toThrow("too many steps");
  expect(() => render("{{ 'x' * 11 }}", { output: 10 })).toThrow("The rendered text is longer than 10 characters");
  const nested = "{% for x in [1] %}{% for y in [1] %}{{ y }}{% endfor %}{% endfor %}";
  expect(render(nested, { depth: 2 })).toBe("1");
  expect(() => render(nested, { depth: 1 })).toThrow("Macros and loops are more than 1 levels inside each other");
});

it("eighty macros inside each other, each with deep expressions, fit on the stack", () => {
  const wrap = (inner: string) => `${"(".repeat(50)}${inner}${")".repeat(50)}`;
  const source = `{% macro m(n) %}{% if n %}{{ ${wrap("[m(n - 1)]|map('trim')|join ~ 'x'")} }}{% endif %}{% endmacro %}{{ m(79) }}`;
  expect(render(source)).toBe("x".repeat(79));
});

it("a setting of one expression keeps its kind, and return() outside of a macro is an error", () => {
  const options = { globals: dbtFunctions() };
  expect(renderValue(parseTemplate("{{ 1 + 1 }}", "yml"), options)).toBe(2n);
  expect(renderValue(parseTemplate("a{{ 1 }}", "yml"), options)).toBe("a1");
  expect(() => render("{{ return(1) }}")).toThrow("model.sql, line 1: return() was called outside of a macro");
});
