import { createHash } from "node:crypto";
import { parse, stringify } from "yaml";
import { bindArguments, required, textArgument } from "../jinja/arguments.ts";
import { dbtFunctions, objectOf } from "../jinja/dbt-functions.ts";
import { isTrue } from "../jinja/equality.ts";
import { fromValue, toValue } from "../jinja/json-text.ts";
import { parseTemplate } from "../jinja/parser.ts";
import { regularExpressions } from "../jinja/regular-expressions.ts";
import { renderValue } from "../jinja/render.ts";
import { templateFault } from "../jinja/template-errors.ts";
import { textOf } from "../jinja/text.ts";
import { type Arguments, type Callable, functionValue, type HostObject, isKind, type Value } from "../jinja/values.ts";
import type { ProjectOptions } from "./nodes.ts";
import { datetimeModule, timeValue } from "./time-value.ts";
import { type Fields, isFields } from "./yaml-fields.ts";

/** The version of dbt whose behaviour templates find. */
export const DBT_VERSION = "1.10.0";

/** What a template sees of its project. */
export interface ProjectScope {
  /** Name of the project that is run. */
  root: string;
  /** Package whose variables count. */
  package: string;
  /** `vars` of `dbt_project.yml` by package. */
  vars: ReadonlyMap<string, Fields>;
  options: ProjectOptions;
  /** Takes what templates log. */
  log(message: string): void;
}

/** What templates of every place see: of YAML files as well as of models. */
export function projectGlobals(scope: ProjectScope): Map<string, Value> {
  const { options, root } = scope;
  const started = Date.parse(options.started_at);
  return new Map<string, Value>([
    ...dbtFunctions(),
    ["var", varFunction(scope)],
    ["env_var", native("env_var", ["var", "default"], (name, fallback) => readEnv(options, name, fallback))],
    ["target", targetValue(options)],
    ["flags", flagsValue(options)],
    ["exceptions", exceptionsValue(scope)],
    ["modules", modulesValue(started)],
    ["log", native("log", ["msg", "info"], (message = "", info = false) => logMessage(scope, message, info))],
    ["print", native("print", ["msg"], (message = "") => logMessage(scope, message, true))],
    ["run_started_at", timeValue({ kind: "datetime", time: started, aware: true })],
    ["invocation_id", options.invocation_id],
    ["project_name", root],
    ["dbt_version", DBT_VERSION],
    ["schema", options.target.schema],
    ["database", options.target.database],
    ["thread_id", "Thread-1"],
    ["dbt_metadata_envs", toValue({})],
    ["invocation_args_dict", toValue({ which: options.command ?? "run", full_refresh: options.full_refresh ?? false })],
    ["local_md5", native("local_md5", ["value"], (text) => md5(textArgument(text, "value")))],
    ["fromyaml", native("fromyaml", ["value", "default"], readYamlText)],
    ["toyaml", native("toyaml", ["value", "default"], (value = null) => stringify(fromValue(value)))],
  ]);
}

/** The value of a text of a YAML file: of its expression when it has one, with its templates replaced otherwise. */
export function renderSetting(value: unknown, globals: ReadonlyMap<string, Value>, name: string): unknown {
  if (typeof value === "string") {
    if (!/\{[{%#]/.test(value)) return value;
    return fromValue(renderValue(parseTemplate(value, name), { globals }));
  }
  if (Array.isArray(value)) return value.map((item) => renderSetting(item, globals, name));
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renderSetting(item, globals, name)]));
}

/** A function of these parameters. */
export const native = (
  name: string,
  parameters: string[],
  call: (...given: (Value | undefined)[]) => Value,
): Callable => functionValue(name, (given) => call(...bindArguments(name, given, parameters)));

export const md5 = (text: string) => createHash("md5").update(text).digest("hex");

function varFunction(scope: ProjectScope): HostObject {
  const find = (name: string) => layersOfVars(scope).find((layer) => Object.hasOwn(layer, name))?.[name];
  const get = (given: Arguments) => {
    const [name, fallback] = bindArguments("var", given, ["var", "default"]);
    const key = textArgument(name, "var");
    const found = find(key);
    if (found !== undefined) return toValue(found);
    if (fallback !== undefined) return fallback;
    throw templateFault(`The variable '${key}' is not set and has no default`);
  };
  const has = native("has_var", ["name"], (name) => find(textArgument(name, "name")) !== undefined);
  return { ...objectOf("Var", [["has_var", has]]), call: get };
}

/** The request's go first, then the project's for this package, the project's for all, and the package's own. */
function layersOfVars({ root, package: packageName, vars, options }: ProjectScope): Fields[] {
  const ofRoot = vars.get(root) ?? {};
  const own = vars.get(packageName) ?? {};
  const under = (layer: Fields, name: string) => (isFields(layer[name]) ? layer[name] : {});
  return [options.vars ?? {}, under(ofRoot, packageName), ofRoot, under(own, packageName), own];
}

function readEnv({ env }: ProjectOptions, name: Value | undefined, fallback: Value | undefined): Value {
  const key = textArgument(name, "var");
  const found = env(key);
  if (found !== undefined) return found;
  if (fallback !== undefined) return fallback === null ? null : textOf(fallback);
  throw templateFault(`The environment variable '${key}' is not set and has no default`);
}

function logMessage(scope: ProjectScope, message: Value, info: Value): Value {
  if (isTrue(info)) scope.log(textOf(message));
  return "";
}

function targetValue({ target }: ProjectOptions): Value {
  const { name, schema, database, type } = target;
  return toValue({ name, target_name: name, profile_name: name, schema, database, dbname: database, type, threads: 1 });
}

const flagsValue = ({ command, full_refresh }: ProjectOptions): Value =>
  toValue({
    WHICH: command ?? "run",
    FULL_REFRESH: full_refresh ?? false,
    STORE_FAILURES: false,
    DEBUG: false,
    WARN_ERROR: false,
    USE_COLORS: false,
  });

function exceptionsValue(scope: ProjectScope): Value {
  const raise = (name: string) =>
    native(name, ["msg", "node"], (message) => {
      throw templateFault(textOf(required(message, "msg", name)));
    });
  const names = ["compiler_error", "not_implemented", "database_error", "parsing_error", "dependency_not_found"];
  return objectOf("exceptions", [
    ...names.map((name) => [`raise_${name}`, raise(`raise_${name}`)] as const),
    ["warn", native("warn", ["msg", "node"], (message = "") => logMessage(scope, message, true))],
  ]);
}

function modulesValue(started: number): Value {
  return objectOf("modules", [
    ["re", objectOf("re", regularExpressions())],
    ["datetime", datetimeModule(started)],
    ["pytz", objectOf("pytz", [["utc", "UTC"]])],
  ]);
}

function readYamlText(text: Value | undefined, fallback: Value = null): Value {
  const source = textArgument(text, "value");
  try {
    return toValue(parse(source, { version: "1.1", maxAliasCount: 100 }));
  } catch {
    return fallback;
  }
}

/** Whether a value is dbt's None or was not given. */
export const isNothing = (value: Value | undefined): boolean =>
  value === undefined || value === null || isKind(value, "undefined");
