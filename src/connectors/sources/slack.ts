import { z } from "zod";
import { apiUrl, day, resourceNames, secretName } from "./config-fields.ts";
import type { RestResource } from "./rest/api.ts";
import { openRestApi } from "./rest/open-api.ts";
import { isRow, rowsAt } from "./rest/select.ts";
import type { SourceType } from "./source.ts";

const config = z.strictObject({
  access_token_env: secretName().default("SLACK_ACCESS_TOKEN").describe("Token of a bot or a user"),
  selected_channels: z.array(z.string().min(1)).min(1).optional().describe("Names or ids; all when absent"),
  start_date: day().default("2000-01-01"),
  resources: resourceNames().default(["channels", "users", "messages"]),
  api_url: apiUrl().default("https://slack.com"),
});

/** Slack's words for a failure, https://docs.slack.dev/reference/methods, as HTTP would say them. */
const STATUSES: Record<string, number> = {
  ...Object.fromEntries(
    ["invalid_auth", "not_authed", "token_expired", "token_revoked", "account_inactive"].map((word) => [word, 401]),
  ),
  ...Object.fromEntries(
    ["access_denied", "missing_scope", "no_permission", "not_allowed_token_type"].map((word) => [word, 403]),
  ),
  ...Object.fromEntries(
    ["internal_error", "fatal_error", "service_unavailable", "request_timeout"].map((word) => [word, 503]),
  ),
  channel_not_found: 404,
  ratelimited: 429,
};

const list = {
  paginator: { kind: "cursor", path: "response_metadata.next_cursor", parameter: "cursor" },
  write_disposition: "merge",
} as const;

const createResources = (wanted: readonly string[] | undefined): RestResource[] => [
  {
    ...list,
    name: "channels",
    path: "api/conversations.list",
    query: { limit: "1000", types: "public_channel,private_channel" },
    rows: (body) =>
      rowsAt("channels")(body).filter(
        ({ id, name }) => !wanted || wanted.includes(String(id)) || wanted.includes(String(name)),
      ),
    primary_key: ["id"],
    cursor_field: null,
  },
  {
    ...list,
    name: "users",
    path: "api/users.list",
    query: { limit: "1000" },
    rows: "members",
    primary_key: ["id"],
    cursor_field: null,
  },
  {
    ...list,
    name: "messages",
    path: "api/conversations.history",
    query: {
      channel: "{channel}",
      limit: "999",
      oldest: "{since|start_date:unix}",
      latest: "{end_date:unix}",
      inclusive: "true",
    },
    rows: "messages",
    primary_key: ["channel", "ts"],
    cursor_field: "ts",
    // Channels are read one after the other, so that the largest time of one is later than the end of another.
    lookback_days: 1,
    parent: {
      rows: "channels",
      values: { channel: "id" },
      columns: { channel: "channel" },
      // The history of a channel that the token's owner has not joined is refused.
      where: ({ is_member }) => is_member !== false,
    },
  },
];

/** Slack: https://docs.slack.dev/reference/methods */
export const slack: SourceType<typeof config> = {
  type: "slack",
  group: "communication",
  title: "Slack",
  description:
    "Channels, users and the messages of channels that the token's owner is in, without the replies in threads",
  unavailable: null,
  config,
  open: ({ access_token_env, selected_channels, start_date, resources, api_url }, io) =>
    openRestApi(io, {
      name: "Slack",
      base_url: api_url,
      auth: async ({ secret }) => ({ kind: "bearer", token: await secret(access_token_env) }),
      resources: createResources(selected_channels),
      selected: resources,
      check: { path: "api/auth.test" },
      start_date,
      // Slack answers failures with status 200.
      refusalIn: (body) => {
        if (!isRow(body) || body["ok"] !== false) return null;
        const word = String(body["error"]);
        return { status: STATUSES[word] ?? 400, message: word };
      },
    }),
};
