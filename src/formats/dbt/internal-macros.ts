import type { MacroFile } from "../jinja/macro-library.ts";
import dates from "./macros/dates.sql?raw";
import dbtUtils from "./macros/dbt-utils.sql?raw";
import names from "./macros/names.sql?raw";
import queries from "./macros/queries.sql?raw";
import sets from "./macros/sets.sql?raw";
import tests from "./macros/tests.sql?raw";
import texts from "./macros/texts.sql?raw";
import types from "./macros/types.sql?raw";

/** The package whose macros every project sees. */
export const INTERNAL_PACKAGE = "dbt";

/** The macros of dbt itself, as they have to be for SQLite. */
export const INTERNAL_MACROS: MacroFile[] = Object.entries({
  dates,
  "dbt-utils": dbtUtils,
  names,
  queries,
  sets,
  tests,
  texts,
  types,
}).map(([name, source]) => ({ package: INTERNAL_PACKAGE, path: `dbt/macros/${name}.sql`, source }));
