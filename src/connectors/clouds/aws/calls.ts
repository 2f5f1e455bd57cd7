import type { Item } from "../json.ts";
import type { Scope } from "../service.ts";
import type { AwsCall } from "./client.ts";
import type { AwsApi } from "./model.ts";

/** Makes calls of one API. */
export const callsOf =
  (api: AwsApi) =>
  (operation: string, input: Item = {}): AwsCall => ({ api, operation, input });

/** EC2 takes this many values in a filter. */
const MOST_VALUES = 200;

/**
 * Filters of EC2 for the values that are wanted of configuration keys; `names` says how EC2 calls a key. The names
 * within are those of its query, where lists are in the singular.
 */
export function ec2Filters(scope: Scope, names: Record<string, string>): Item {
  const filters = Object.entries(names).flatMap(([key, name]) => {
    const values = scope.filters[key];
    if (!values || values.length === 0 || values.length > MOST_VALUES) return [];
    return [{ Name: name, Value: values.map((value) => value.replaceAll(/[\\*?]/g, String.raw`\$&`)) }];
  });
  return filters.length === 0 ? {} : { Filters: filters };
}
