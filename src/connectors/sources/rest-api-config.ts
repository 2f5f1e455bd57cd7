import { z } from "zod";
import { apiUrl, day, secretName } from "./config-fields.ts";

const path = (message: string) => z.string().min(1).describe(message);
const place = z.enum(["query", "body"]).default("query");

/** The names of dlt's paginators, so that its configs can be used as they are, and `last_id`. */
export const paginatorSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("auto") }),
  z.strictObject({ type: z.literal("single_page") }),
  z.strictObject({ type: z.literal("header_link") }),
  z.strictObject({
    type: z.literal("json_link"),
    next_url_path: path("Path of the next page's address").default("next"),
  }),
  z.strictObject({
    type: z.literal("cursor"),
    cursor_path: path("Path of the next cursor in the answer").default("cursors.next"),
    cursor_param: z.string().min(1).default("cursor"),
    cursor_location: place,
    has_more_path: path("Path of what says that there is another page").optional(),
  }),
  z.strictObject({
    type: z.literal("page_number"),
    page_param: z.string().min(1).default("page"),
    base_page: z.int().min(0).default(1),
    page_location: place,
    page_size: z
      .int()
      .positive()
      .optional()
      .describe("Rows of a full page; reading ends at the first that is not full"),
    total_path: path("Path of the number of pages").optional(),
  }),
  z.strictObject({
    type: z.literal("offset"),
    limit: z.int().positive(),
    offset_param: z.string().min(1).default("offset"),
    limit_param: z.string().min(1).default("limit"),
    offset_location: place,
    total_path: path("Path of the number of rows").optional(),
    has_more_path: path("Path of what says that there is another page").optional(),
  }),
  z.strictObject({
    type: z.literal("last_id"),
    id_field: z.string().min(1).default("id"),
    id_param: z.string().min(1).default("starting_after"),
    has_more_path: path("Path of what says that there is another page").default("has_more"),
  }),
]);
export type PaginatorConfig = z.output<typeof paginatorSchema>;

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const names = z.union([z.string().min(1), z.array(z.string().min(1))]);

const endpoint = z.strictObject({
  path: z.string().min(1).describe("Below base_url; placeholders in braces"),
  name: z.string().min(1).optional().describe("Name of the table; the last part of the path when absent"),
  method: z.enum(["GET", "POST"]).default("GET"),
  data_selector: z
    .string()
    .optional()
    .describe("Path of the rows, such as data.items; found when there is only one list"),
  params: z
    .record(z.string(), z.union([scalar, z.array(scalar)]))
    .default({})
    .describe("Query; {since}, {start_date}, {end_date}, {since|start_date:iso} stand for what a sync wants"),
  body: z.record(z.string(), z.unknown()).optional().describe("JSON of a POST, with the same placeholders"),
  paginator: z.union([z.enum(["auto", "single_page", "header_link", "json_link"]), paginatorSchema]).default("auto"),
  write_disposition: z.enum(["replace", "append", "merge"]).default("merge"),
  primary_key: names.default("id"),
  cursor_field: z.string().min(1).optional().describe("Column whose largest value is {since} of the next sync"),
  lookback_days: z.int().min(0).max(3650).default(0),
  parent: z
    .strictObject({
      endpoint: z.string().min(1).describe("Name of the endpoint whose rows this one is asked for"),
      values: z.record(z.string(), z.string()).describe("Placeholders by their path in the parent's row"),
      columns: z.record(z.string(), z.string()).default({}).describe("Columns of each row by their placeholder"),
    })
    .optional(),
});
export type EndpointConfig = z.output<typeof endpoint>;

/** Which keys a kind of authentication needs. */
const NEEDED = {
  none: [],
  bearer: ["auth_token_env"],
  api_key: ["auth_token_env"],
  basic: ["basic_username_env", "basic_password_env"],
  oauth2_client_credentials: ["access_token_url", "client_id_env", "client_secret_env"],
  custom_header: ["auth_header_name", "auth_token_env"],
} as const;

/** Config of a REST API that has no type of its own. */
export const restApiConfig = z
  .strictObject({
    base_url: apiUrl(),
    endpoints: z.array(endpoint).min(1),
    auth_type: z
      .enum(["bearer", "api_key", "basic", "oauth2_client_credentials", "custom_header", "none"])
      .default("none"),
    auth_token_env: secretName().optional(),
    api_key_name: z.string().min(1).default("X-API-Key"),
    api_key_location: z.enum(["header", "query"]).default("header"),
    basic_username_env: secretName().optional(),
    basic_password_env: secretName().optional(),
    access_token_url: apiUrl().optional(),
    client_id_env: secretName().optional(),
    client_secret_env: secretName().optional(),
    auth_header_name: z
      .string()
      .regex(/^[A-Za-z0-9-]+$/, "must be the name of a header")
      .optional(),
    headers: z
      .record(z.string().regex(/^[A-Za-z0-9-]+$/), z.string())
      .default({})
      .describe("Not for secrets"),
    start_date: day().optional(),
    end_date: day().optional(),
  })
  .superRefine((config, ctx) => {
    for (const key of NEEDED[config.auth_type]) {
      if (config[key] === undefined) {
        ctx.addIssue({ code: "custom", path: [key], message: `is needed for auth_type ${config.auth_type}` });
      }
    }
    const known = config.endpoints.map(endpointName);
    for (const [index, each] of config.endpoints.entries()) {
      const at = ["endpoints", index];
      if (known.indexOf(endpointName(each)) < index)
        ctx.addIssue({ code: "custom", path: [...at, "name"], message: "is there twice" });
      // A parent comes first, so that no endpoint is its own ancestor.
      if (each.parent && !known.slice(0, index).includes(each.parent.endpoint)) {
        ctx.addIssue({
          code: "custom",
          path: [...at, "parent", "endpoint"],
          message: "must be an endpoint above this one",
        });
      }
    }
  });
export type RestApiConfig = z.output<typeof restApiConfig>;

/** Name of the table of an endpoint. */
export const endpointName = ({ name, path: address }: { name?: string | undefined; path: string }): string =>
  name ?? address.split(/[/?]/).findLast((part) => part !== "" && !part.includes("{")) ?? "rows";
