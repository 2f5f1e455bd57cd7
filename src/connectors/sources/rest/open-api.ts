import { z } from "zod";
import { unprocessable, upstreamFailed } from "../../../errors.ts";
import type { OpenSource, ReadRange, SourceIo, SourcePage, SourceResource, SourceRow } from "../source.ts";
import type { Parent, RestApi, RestResource } from "./api.ts";
import { createRestClient } from "./client.ts";
import { callAt, nextState } from "./pagination.ts";
import { fillRequest } from "./request.ts";
import { selectRows, valueAt } from "./select.ts";
import { parseTime, type Values } from "./template.ts";

const DAY_MS = 86_400_000;

/** Where a child resource is: values of parents that wait, the parents' next page, the page of the first that waits. */
const childPositionSchema = z.object({
  waiting: z.array(z.record(z.string(), z.string())),
  parents: z.unknown(),
  are_parents_read: z.boolean(),
  page: z.unknown(),
});
type ChildPosition = z.infer<typeof childPositionSchema>;

/** Opens an API that is described as data. Nothing is asked, the secrets included, before the first page. */
export function openRestApi(io: SourceIo, api: RestApi): OpenSource {
  const send = createRestClient(io, api);
  let found: Promise<readonly RestResource[]> | null = null;

  const valuesOf = (range: ReadRange, lookbackDays = 0): Values => {
    const { since } = range;
    const isMoved = since !== null && lookbackDays > 0;
    return {
      since: isMoved ? new Date(parseTime("since", since) - lookbackDays * DAY_MS).toISOString() : since,
      start_date: range.start_date ?? api.start_date ?? null,
      end_date: range.end_date ?? api.end_date ?? null,
      now: new Date(io.now()).toISOString(),
    };
  };
  const anyTime = valuesOf({ since: null, start_date: null, end_date: null });

  const allResources = async () => {
    if (typeof api.resources !== "function") return api.resources;
    found ??= api.resources(async (request) => (await send(fillRequest(api, request, anyTime))).body);
    return found.catch((error: unknown) => {
      found = null;
      throw error;
    });
  };

  const ownPage = async (resource: RestResource, values: Values, position: unknown, range: ReadRange) => {
    const { rows: source, paginator, map = (row: SourceRow) => row } = resource;
    const request = fillRequest(api, resource, { ...valuesOf(range, resource.lookback_days), ...values });
    const call = callAt(paginator, request, position);
    const answer = await send(call);
    const name = `${api.name}: ${call.method} ${call.url.pathname}`;
    const rows = typeof source === "function" ? source(answer.body) : selectRows(name, answer.body, source);
    const added = addedColumns(resource.parent, values);
    return {
      rows: rows.map((row) => ({ ...map(row), ...added })),
      next: nextState(paginator, position, { name, call, answer, rows }),
    };
  };

  /** One page of the first parent that waits; parents are remembered by their values, so that none is asked twice. */
  const childPage = async (resource: RestResource, parent: Parent, stored: unknown, range: ReadRange) => {
    const position = stored === null ? await readParents(parent, null, range) : childPositionSchema.parse(stored);
    const [values, ...rest] = position.waiting;
    if (!values) return { rows: [], next: await followingParents(parent, position, range) };
    const { rows, next: page } = await ownPage(resource, values, position.page, range);
    if (page !== null) return { rows, next: { ...position, page } };
    const next = { ...position, waiting: rest, page: null };
    return { rows, next: rest.length === 0 ? await followingParents(parent, next, range) : next };
  };

  const followingParents = async (parent: Parent, { parents, are_parents_read }: ChildPosition, range: ReadRange) =>
    are_parents_read ? null : readParents(parent, parents, range);

  const readParents = async (parent: Parent, position: unknown, range: ReadRange): Promise<ChildPosition> => {
    if (typeof parent.rows !== "string") {
      return { waiting: [...parent.rows], parents: null, are_parents_read: true, page: null };
    }
    const { rows, next } = await read(parent.rows, position, parent.changed ? range : { ...range, since: null });
    const wanted = rows.filter((row) => parent.where?.(row, range) ?? true);
    const waiting = wanted.map((row) => parentValues(api, parent, row));
    return { waiting, parents: next, are_parents_read: next === null, page: null };
  };

  const read = async (name: string, position: unknown, range: ReadRange): Promise<SourcePage> => {
    const resources = await allResources();
    const resource = resources.find((each) => each.name === name);
    if (!resource) throw unknownResources(api, resources, [name]);
    const { parent } = resource;
    return parent ? childPage(resource, parent, position, range) : ownPage(resource, {}, position, range);
  };

  return {
    check: async () => {
      await send(fillRequest(api, api.check, anyTime));
    },
    resources: async () => selectResources(api, await allResources()).map(describe),
    page: read,
  };
}

const describe = ({ name, primary_key, write_disposition, cursor_field }: RestResource): SourceResource => ({
  name,
  primary_key,
  write_disposition,
  cursor_field,
});

function selectResources(api: RestApi, resources: readonly RestResource[]): RestResource[] {
  const visible = resources.filter(({ hidden = false }) => !hidden);
  const { selected = visible.map(({ name }) => name) } = api;
  const unknown = selected.filter((name) => !visible.some((each) => each.name === name));
  if (unknown.length > 0) throw unknownResources(api, visible, unknown);
  return visible.filter(({ name }) => selected.includes(name));
}

const unknownResources = ({ name }: RestApi, resources: readonly RestResource[], unknown: readonly string[]) =>
  unprocessable(
    unknown.map((each) => ({
      field: "resources",
      message: `${name} has no ${each}, only ${resources.map((resource) => resource.name).join(", ")}`,
    })),
  );

function parentValues(api: RestApi, { rows, values = {} }: Parent, row: SourceRow): Record<string, string> {
  const entries = Object.entries(values).map(([name, path]): [string, string] => {
    const value = valueAt(row, path);
    if (value === undefined || value === null)
      throw upstreamFailed(`${api.name}: a row of ${String(rows)} has no ${path}`);
    return [name, String(value)];
  });
  return Object.fromEntries(entries);
}

const addedColumns = (parent: Parent | undefined, values: Values): SourceRow =>
  Object.fromEntries(Object.entries(parent?.columns ?? {}).map(([column, name]) => [column, values[name] ?? null]));
