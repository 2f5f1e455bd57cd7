import type { NodeConfig, ResourceType } from "./nodes.ts";
import { type Fields, isFields } from "./yaml-fields.ts";

const ADDED = new Set(["tags", "packages"]);
const MERGED = new Set(["meta", "docs", "column_types", "grants"]);

const MATERIALIZATIONS = ["view", "table", "incremental", "ephemeral"];
const STRATEGIES = ["append", "merge", "delete+insert"];
const SCHEMA_CHANGES = ["ignore", "append_new_columns", "sync_all_columns", "fail"];

const DEFAULTS: Record<ResourceType, Fields> = {
  model: { materialized: "view", on_schema_change: "ignore" },
  seed: { materialized: "seed", column_types: {}, delimiter: ",", quote_columns: null },
  test: {
    materialized: "test",
    severity: "ERROR",
    warn_if: "!= 0",
    error_if: "!= 0",
    fail_calc: "count(*)",
    limit: null,
    where: null,
    store_failures: null,
  },
  source: { materialized: "source" },
};

/**
 * The settings that a tree of `dbt_project.yml` has for a node, the general first. A key with `+`, or whose value is no
 * mapping, is a setting; the others are the next parts of names.
 */
export function settingsInTree(tree: Fields, fqn: readonly string[]): Fields[] {
  const layers = [settingsOfLevel(tree)];
  let level = tree;
  for (const part of fqn) {
    const next = Object.hasOwn(level, part) ? level[part] : undefined;
    if (!isFields(next)) break;
    layers.push(settingsOfLevel(next));
    level = next;
  }
  return layers;
}

function settingsOfLevel(level: Fields): Fields {
  const settings = Object.entries(level).flatMap(([key, value]): [string, unknown][] => {
    if (key.startsWith("+")) return [[key.slice(1).trim(), value]];
    return isFields(value) ? [] : [[key, value]];
  });
  return Object.fromEntries(settings);
}

/** Settings from the weakest layer to the strongest: tags add up, `meta` and the like are merged, the last one wins. */
export function mergeSettings(layers: readonly Fields[]): Fields {
  const merged: Fields = {};
  for (const layer of layers) {
    for (const [given, value] of Object.entries(layer)) {
      const key = given.replaceAll("-", "_");
      const before = merged[key];
      if (ADDED.has(key)) merged[key] = [...listOf(before), ...listOf(value)];
      else if (MERGED.has(key) && isFields(before) && isFields(value)) merged[key] = { ...before, ...value };
      else merged[key] = value;
    }
  }
  return merged;
}

const listOf = (value: unknown): unknown[] => {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
};

const textOrNull = (value: unknown): string | null =>
  value === undefined || value === null || value === "" ? null : String(value);

/** All settings of a node, with the defaults of its kind. */
export function nodeConfig(kind: ResourceType, settings: Fields): NodeConfig {
  const merged = { ...DEFAULTS[kind], ...settings };
  return {
    ...merged,
    enabled: merged.enabled !== false,
    materialized: String(merged.materialized),
    alias: textOrNull(merged.alias),
    schema: textOrNull(merged.schema),
    database: textOrNull(merged.database),
    tags: [...new Set(listOf(merged.tags).map(String))],
    meta: isFields(merged.meta) ? merged.meta : {},
  };
}

/** Why a node cannot be built with these settings, null when it can. */
export function refuseConfig(kind: ResourceType, config: NodeConfig): string | null {
  const { materialized } = config;
  for (const hook of ["pre_hook", "post_hook", "sql_header"]) {
    if (listOf(config[hook]).length > 0) return `${hook} is not run: hooks and headers are not available`;
  }
  if (kind === "test") return refuseTestConfig(config);
  if (kind !== "model") return null;
  if (!MATERIALIZATIONS.includes(materialized)) {
    return `the materialization '${materialized}' is not available; there are ${MATERIALIZATIONS.join(", ")}`;
  }
  const { incremental_strategy: strategy, on_schema_change: change, contract } = config;
  if (materialized === "incremental") {
    if (strategy !== undefined && strategy !== null && !STRATEGIES.includes(strategy)) {
      return `the incremental_strategy '${strategy}' is not available; there are ${STRATEGIES.join(", ")}`;
    }
    if (change !== undefined && !SCHEMA_CHANGES.includes(change)) {
      return `on_schema_change '${change}' is not known; there are ${SCHEMA_CHANGES.join(", ")}`;
    }
    if (listOf(config.incremental_predicates).length > 0) return "incremental_predicates are not available";
  }
  return isFields(contract) && contract.enforced === true ? "contracts are not enforced here" : null;
}

/** What a condition of a test may be: it becomes a part of the test's query. */
const CONDITION = /^\s*(?:=|==|!=|<>|<=?|>=?|between)\s*[\w.\s]+$/i;

function refuseTestConfig({ severity, warn_if, error_if }: NodeConfig): string | null {
  if (!/^(?:error|warn)$/i.test(String(severity))) return `the severity '${severity}' is not known: error or warn`;
  for (const [name, condition] of Object.entries({ warn_if, error_if })) {
    if (!CONDITION.test(String(condition))) return `${name} must compare with a number, such as '> 10'`;
  }
  return null;
}
