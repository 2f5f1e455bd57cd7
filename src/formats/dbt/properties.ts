import type { ColumnInfo, Problem } from "./nodes.ts";
import {
  type Fields,
  fieldProblem,
  fieldsOf,
  isFields,
  listOfField,
  optionalText,
  type Place,
  textOfField,
  textsOfField,
  within,
} from "./yaml-fields.ts";
import type { YamlFile } from "./yaml-file.ts";

/** A test as YAML has it, with the column whose entry it stands in. */
export interface TestEntry {
  value: unknown;
  column: string | null;
  place: Place;
}

/** What a YAML file says of a model, a seed or a table of a source. */
export interface NodeProperties {
  name: string;
  place: Place;
  description: string;
  config: Fields;
  columns: Record<string, ColumnInfo>;
  tests: TestEntry[];
}

/** What a YAML file says of a table of a source. */
export interface SourceProperties extends NodeProperties {
  source: string;
  sourceDescription: string;
  sourceMeta: Fields;
  schema: string;
  identifier: string;
  loader: string;
  loadedAtField: string | null;
  freshness: unknown;
}

/** All that a YAML file of a package describes. */
export interface Properties {
  models: NodeProperties[];
  seeds: NodeProperties[];
  macros: { name: string; description: string }[];
  sources: SourceProperties[];
  notes: Problem[];
}

/** Sections of YAML files that have no effect here. */
const UNUSED = ["exposures", "metrics", "semantic_models", "saved_queries", "groups", "unit_tests", "snapshots"].concat(
  ["analyses", "functions"],
);

/** How values with templates become values; descriptions know `doc()`, too. */
export interface PropertyRenderer {
  setting(value: unknown): unknown;
  description(value: unknown): string;
}

/**
 * Reads what a YAML file describes; each entry that cannot be read is passed to `report` and left out. Throws a problem
 * when the file is no mapping.
 */
export function readProperties(
  file: YamlFile,
  renderer: PropertyRenderer,
  report: (error: unknown, place: Place) => void,
): Properties {
  const top: Place = { file, keys: [] };
  const fields = fieldsOf(file.value, top, "The file");
  const entries = <Entry>(key: string, read: (entry: Fields, place: Place) => Entry[]): Entry[] =>
    listOfField(fields[key], within(top, key), key).flatMap((entry, index) => {
      const place = within(top, key, index);
      try {
        return read(fieldsOf(entry, place, `An entry of ${key}`), place);
      } catch (error) {
        report(error, place);
        return [];
      }
    });
  return {
    models: entries("models", (entry, place) => [readModel(entry, place, renderer)]),
    seeds: entries("seeds", (entry, place) => [readNode(entry, place, renderer)]),
    macros: entries("macros", (entry, place) => [
      { name: textOfField(entry.name, place, "name"), description: renderer.description(entry.description) },
    ]),
    sources: entries("sources", (entry, place) => readSource(entry, place, renderer, report)),
    notes: UNUSED.filter((key) => Object.hasOwn(fields, key)).map((key) => ({
      path: file.path,
      line: file.lineOf([key]),
      message: `${key} have no effect here`,
    })),
  };
}

function readModel(entry: Fields, place: Place, renderer: PropertyRenderer): NodeProperties {
  if (entry.versions !== undefined)
    throw fieldProblem(within(place, "versions"), "versions of models are not available");
  return readNode(entry, place, renderer);
}

/** Settings that may stand beside `config`, too. */
const OUTER_SETTINGS = ["tags", "meta", "docs", "access", "group"];

function readNode(entry: Fields, place: Place, renderer: PropertyRenderer): NodeProperties {
  const outer = OUTER_SETTINGS.filter((key) => entry[key] !== undefined).map((key) => [key, entry[key]]);
  const config = fieldsOf(entry.config, within(place, "config"), "config");
  const columnsPlace = within(place, "columns");
  const columns = listOfField(entry.columns, columnsPlace, "columns").map((column, index) =>
    readColumn(column, within(columnsPlace, index), renderer),
  );
  return {
    name: textOfField(entry.name, place, "name"),
    place,
    description: renderer.description(entry.description),
    config: fieldsOf(renderer.setting({ ...Object.fromEntries(outer), ...config }), place, "config"),
    columns: Object.fromEntries(columns.map(({ info }) => [info.name, info])),
    tests: [...testsOf(entry, place, null), ...columns.flatMap(({ tests }) => tests)],
  };
}

function readColumn(value: unknown, place: Place, renderer: PropertyRenderer) {
  const column = fieldsOf(value, place, "A column");
  const config = fieldsOf(column.config, place, "config");
  const name = textOfField(column.name, place, "name");
  const info: ColumnInfo = {
    name,
    description: renderer.description(column.description),
    data_type: optionalText(column.data_type),
    quote: typeof column.quote === "boolean" ? column.quote : null,
    tags: textsOfField(column.tags ?? config.tags, place, "tags"),
    meta: fieldsOf(column.meta ?? config.meta, place, "meta"),
  };
  const tests = testsOf(column, place, info.quote === true ? `"${name}"` : name);
  return { info, tests: tests.map((test) => ({ ...test, value: withTags(test.value, info.tags) })) };
}

/** Tests of a column have its tags. */
function withTags(test: unknown, tags: readonly string[]): unknown {
  if (tags.length === 0) return test;
  const [name, given] = typeof test === "string" ? [test, {}] : (Object.entries(isFields(test) ? test : {})[0] ?? []);
  if (name === undefined || !isFields(given)) return test;
  const config = isFields(given.config) ? given.config : {};
  const own = given.tags ?? config.tags;
  const all = [...tags, ...(Array.isArray(own) ? own : own === undefined ? [] : [own])];
  const { tags: _moved, ...others } = given;
  return { [name]: { ...others, config: { ...config, tags: all } } };
}

function testsOf(entry: Fields, place: Place, column: string | null): TestEntry[] {
  return ["tests", "data_tests"].flatMap((key) => {
    const listed = within(place, key);
    return listOfField(entry[key], listed, key).map((value, index) => ({
      value,
      column,
      place: within(listed, index),
    }));
  });
}

function readSource(
  entry: Fields,
  place: Place,
  renderer: PropertyRenderer,
  report: (error: unknown, place: Place) => void,
): SourceProperties[] {
  const source = textOfField(entry.name, place, "name");
  const shared = readNode({ ...entry, columns: [], tests: [], data_tests: [] }, place, renderer);
  const schema = String(renderer.setting(entry.schema ?? source));
  const tablesPlace = within(place, "tables");
  return listOfField(entry.tables, tablesPlace, "tables").flatMap((value, index) => {
    const tablePlace = within(tablesPlace, index);
    try {
      const table = fieldsOf(value, tablePlace, "A table");
      const node = readNode(table, tablePlace, renderer);
      const tags = [shared.config.tags, node.config.tags].flat().filter((tag) => tag !== undefined);
      return [
        {
          ...node,
          config: { ...shared.config, ...node.config, tags },
          source,
          sourceDescription: shared.description,
          sourceMeta: isFields(shared.config.meta) ? shared.config.meta : {},
          schema,
          identifier: String(renderer.setting(table.identifier ?? node.name)),
          loader: optionalText(table.loader ?? entry.loader) ?? "",
          loadedAtField: optionalText(table.loaded_at_field ?? entry.loaded_at_field),
          freshness: table.freshness === undefined ? (entry.freshness ?? null) : table.freshness,
        },
      ];
    } catch (error) {
      report(error, tablePlace);
      return [];
    }
  });
}
