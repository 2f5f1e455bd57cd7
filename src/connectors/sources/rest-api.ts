import { unprocessable, upstreamFailed } from "../../errors.ts";
import {
  type EndpointConfig,
  endpointName,
  type PaginatorConfig,
  paginatorSchema,
  restApiConfig,
  type RestApiConfig,
} from "./rest-api-config.ts";
import type { Auth, IssuedToken, Paginator, RestRequest, RestResource } from "./rest/api.ts";
import { sendCall } from "./rest/client.ts";
import { openRestApi } from "./rest/open-api.ts";
import { valueAt } from "./rest/select.ts";
import type { SourceIo, SourceType } from "./source.ts";

/** How long a token is used whose answer does not say how long it lives (RFC 6749, 5.1). */
const UNTOLD_SECONDS = 300;

/** Any REST API, described by its config. */
export const restApi: SourceType<typeof restApiConfig> = {
  type: "rest_api",
  group: "local",
  title: "REST API",
  description: "Any API that answers with JSON: endpoints, authentication and paging are described by the config",
  unavailable: null,
  config: restApiConfig,
  open: (config, io) =>
    openRestApi(io, {
      name: "REST API",
      base_url: config.base_url,
      auth: (secretIo) => authOf(config, secretIo),
      headers: config.headers,
      resources: config.endpoints.map(resourceOf),
      check: checkOf(config),
      start_date: config.start_date,
      end_date: config.end_date,
    }),
};

function resourceOf(endpoint: EndpointConfig): RestResource {
  const { path, method, body, write_disposition, primary_key, cursor_field = null, lookback_days, parent } = endpoint;
  // A bare name is the paginator with its defaults.
  const short = typeof endpoint.paginator === "string" ? { type: endpoint.paginator } : endpoint.paginator;
  const paginator = paginatorSchema.parse(short);
  const limit = paginator.type === "offset" ? { [paginator.limit_param]: String(paginator.limit) } : {};
  return {
    name: endpointName(endpoint),
    path,
    method,
    query: { ...textsOf(endpoint.params), ...limit },
    ...(body && { body }),
    rows: endpoint.data_selector ?? null,
    paginator: paginatorOf(paginator),
    primary_key: [primary_key].flat(),
    write_disposition,
    cursor_field,
    lookback_days,
    ...(parent && { parent: { rows: parent.endpoint, values: parent.values, columns: parent.columns } }),
  };
}

const textsOf = (params: EndpointConfig["params"]): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, Array.isArray(value) ? value.map(String) : String(value)]),
  );

function paginatorOf(config: PaginatorConfig): Paginator {
  switch (config.type) {
    case "auto":
      return { kind: "auto" };
    case "single_page":
      return { kind: "single" };
    case "header_link":
      return { kind: "link_header" };
    case "json_link":
      return { kind: "next_url", path: config.next_url_path };
    case "cursor": {
      const { cursor_path: path, cursor_param: parameter, cursor_location, has_more_path } = config;
      return {
        kind: "cursor",
        path,
        parameter,
        in: cursor_location,
        ...(has_more_path && { more_path: has_more_path }),
      };
    }
    case "page_number": {
      const { page_param: parameter, base_page: first, page_location, page_size, total_path } = config;
      const ends = { ...(page_size && { size: page_size }), ...(total_path && { pages_path: total_path }) };
      return { kind: "page", parameter, first, in: page_location, ...ends };
    }
    case "offset": {
      const { offset_param: parameter, limit, offset_location, total_path, has_more_path } = config;
      const ends = { ...(total_path && { total_path }), ...(has_more_path && { more_path: has_more_path }) };
      return { kind: "offset", parameter, limit, in: offset_location, ...ends };
    }
    case "last_id":
      return { kind: "last_id", field: config.id_field, parameter: config.id_param, more_path: config.has_more_path };
  }
}

/** The first endpoint: the schema lets only later ones need another. */
function checkOf({ endpoints }: RestApiConfig): RestRequest {
  const [endpoint] = endpoints.map(resourceOf);
  if (!endpoint) throw unprocessable([{ field: "endpoints", message: "must name at least one" }]);
  return endpoint;
}

/** The schema has seen to it that the keys of each kind are there. */
async function authOf(config: RestApiConfig, io: SourceIo): Promise<Auth> {
  const secret = async (name: string | undefined) => io.secret(name ?? "");
  switch (config.auth_type) {
    case "none":
      return { kind: "none" };
    case "bearer":
      return { kind: "bearer", token: await secret(config.auth_token_env) };
    case "basic": {
      const username = await secret(config.basic_username_env);
      return { kind: "basic", username, password: await secret(config.basic_password_env) };
    }
    case "api_key": {
      const key = await secret(config.auth_token_env);
      return { kind: "api_key", location: config.api_key_location, name: config.api_key_name, key };
    }
    case "custom_header": {
      const key = await secret(config.auth_token_env);
      return { kind: "api_key", location: "header", name: config.auth_header_name ?? "", key };
    }
    case "oauth2_client_credentials": {
      const [id, key] = [await secret(config.client_id_env), await secret(config.client_secret_env)];
      const ask = () => askToken(io, new URL(config.access_token_url ?? ""), id, key);
      return { kind: "token", header: "Authorization", prefix: "Bearer ", ask };
    }
  }
}

/** RFC 6749, 4.4, with the client's credentials in the body. */
async function askToken(io: SourceIo, url: URL, client_id: string, client_secret: string): Promise<IssuedToken> {
  const body = new URLSearchParams({ grant_type: "client_credentials", client_id, client_secret });
  const answer = await sendCall(io, { name: "REST API" }, { method: "POST", url, body });
  const token = valueAt(answer.body, "access_token");
  if (typeof token !== "string") throw upstreamFailed(`REST API: POST ${url.pathname}: the answer has no access_token`);
  const seconds = Number(valueAt(answer.body, "expires_in") ?? UNTOLD_SECONDS);
  return { token, seconds: Number.isFinite(seconds) ? seconds : UNTOLD_SECONDS };
}
