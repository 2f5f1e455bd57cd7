import { NUMBER_FILTERS } from "./number-filters.ts";
import { SEQUENCE_FILTERS, type FilterTools, type SequenceFilter } from "./sequence-filters.ts";
import { templateFault } from "./template-errors.ts";
import { holds } from "./tests.ts";
import { TEXT_FILTERS } from "./text-filters.ts";
import type { Arguments, Value } from "./values.ts";

const FILTERS = new Map<string, SequenceFilter>([...TEXT_FILTERS, ...NUMBER_FILTERS, ...SEQUENCE_FILTERS]);

const TOOLS: FilterTools = { filter: applyFilter, test: holds };

/** The value that a filter makes of a value. Throws for a filter that does not exist and for what the filter refuses. */
export function applyFilter(name: string, value: Value, given: Arguments): Value {
  const filter = FILTERS.get(name);
  if (!filter) throw templateFault(`No filter named '${name}'.`);
  return filter(value, given, name, TOOLS);
}
