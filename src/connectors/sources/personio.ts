import { z } from "zod";
import { upstreamFailed } from "../../errors.ts";
import { apiUrl, resourceNames, secretName } from "./config-fields.ts";
import type { IssuedToken, RestResource } from "./rest/api.ts";
import { sendCall } from "./rest/client.ts";
import { openRestApi } from "./rest/open-api.ts";
import { fillRequest } from "./rest/request.ts";
import { isRow, valueAt } from "./rest/select.ts";
import type { SourceIo, SourceRow, SourceType } from "./source.ts";

const config = z.strictObject({
  client_id_env: secretName().default("PERSONIO_CLIENT_ID"),
  client_secret_env: secretName().default("PERSONIO_CLIENT_SECRET"),
  resources: resourceNames().default(["employees", "absences", "absence_types", "attendances"]),
  api_url: apiUrl().default("https://api.personio.de"),
});

const LIMIT = 200;
/** A token lives for a day, https://developer.personio.de/reference/auth */
const TOKEN_SECONDS = 86_400;

/** Attributes come with label and type; the universal id names those that every account has. */
function readEmployee({ attributes }: SourceRow): SourceRow {
  const entries = Object.entries(isRow(attributes) ? attributes : {}).filter(([, attribute]) => isRow(attribute));
  return Object.fromEntries(
    entries.map(([key, attribute]) => {
      const label = String(valueAt(attribute, "label") ?? key);
      const name = valueAt(attribute, "universal_id") || label.replaceAll(" ", "_").toLowerCase();
      return [String(name), valueAt(attribute, "value") ?? null];
    }),
  );
}

const readAttributes = ({ id, attributes }: SourceRow): SourceRow => ({
  ...(id !== undefined && { id }),
  ...(isRow(attributes) ? attributes : {}),
});

const list: Pick<RestResource, "rows" | "primary_key" | "write_disposition" | "paginator" | "map"> = {
  rows: "data",
  primary_key: ["id"],
  write_disposition: "merge",
  paginator: { kind: "offset", parameter: "offset", limit: LIMIT },
  map: readAttributes,
};

/** https://developer.personio.de/reference */
const resources: RestResource[] = [
  {
    ...list,
    name: "employees",
    path: "v1/company/employees",
    query: { limit: String(LIMIT), updated_since: "{since|start_date:iso}" },
    cursor_field: "last_modified_at",
    map: readEmployee,
  },
  {
    ...list,
    name: "absence_types",
    path: "v1/company/time-off-types",
    query: { limit: String(LIMIT) },
    write_disposition: "replace",
    cursor_field: null,
  },
  {
    ...list,
    name: "absences",
    path: "v1/company/time-offs",
    query: { limit: String(LIMIT), updated_since: "{since:iso}", end_date: "{end_date}" },
    // Here the offset counts pages.
    paginator: { kind: "page", parameter: "offset", first: 1, size: LIMIT },
    cursor_field: "updated_at",
  },
  {
    ...list,
    name: "attendances",
    path: "v1/company/attendances",
    query: {
      limit: String(LIMIT),
      start_date: "{start_date}",
      end_date: "{end_date|now:date}",
      updated_from: "{since:iso}",
      includePending: "true",
    },
    cursor_field: "updated_at",
  },
];

async function askToken(io: SourceIo, base_url: string, id: string, secret: string): Promise<IssuedToken> {
  const request = { method: "POST", path: "v1/auth", body: { client_id: id, client_secret: secret } } as const;
  const { body } = await sendCall(io, { name: "Personio" }, fillRequest({ name: "Personio", base_url }, request, {}));
  const token = valueAt(body, "data.token");
  if (typeof token !== "string") throw upstreamFailed("Personio: POST /v1/auth: the answer has no token");
  return { token, seconds: TOKEN_SECONDS };
}

/** Personio: https://developer.personio.de/reference */
export const personio: SourceType<typeof config> = {
  type: "personio",
  group: "other",
  title: "Personio",
  description: "Employees, absences and attendances",
  unavailable: null,
  config,
  open: ({ client_id_env, client_secret_env, resources: selected, api_url }, io) =>
    openRestApi(io, {
      name: "Personio",
      base_url: api_url,
      auth: async ({ secret }) => {
        const [id, key] = [await secret(client_id_env), await secret(client_secret_env)];
        const ask = () => askToken(io, api_url, id, key);
        return { kind: "token", header: "Authorization", prefix: "Bearer ", ask };
      },
      resources,
      selected,
      check: { path: "v1/company/employees", query: { limit: "1" } },
      start_date: "2000-01-01",
    }),
};
