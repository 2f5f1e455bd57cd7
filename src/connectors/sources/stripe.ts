import { z } from "zod";
import { apiUrl, day, resourceNames, secretName } from "./config-fields.ts";
import type { RestResource } from "./rest/api.ts";
import { openRestApi } from "./rest/open-api.ts";
import type { SourceType } from "./source.ts";

const config = z.strictObject({
  stripe_secret_key_env: secretName().default("STRIPE_API_KEY"),
  endpoints: resourceNames().default(["charges", "customers", "subscriptions", "invoices", "products", "prices"]),
  start_date: day().optional().describe("Objects created on or after this day"),
  end_date: day().optional().describe("Objects created on or before this day"),
  api_url: apiUrl().default("https://api.stripe.com"),
});

/** https://docs.stripe.com/api/pagination: newest first, `starting_after` takes the id of the last object. */
const list = (name: string, path = name, query: Record<string, string> = {}): RestResource => ({
  name,
  path: `v1/${path}`,
  query: {
    limit: "100",
    "created[gte]": "{start_date:unix}",
    "created[lte]": "{end_date:unix}",
    ...query,
  },
  rows: "data",
  paginator: { kind: "last_id", field: "id", parameter: "starting_after", more_path: "has_more" },
  primary_key: ["id"],
  write_disposition: "merge",
  // Objects change after they were created and cannot be asked for by the time of a change, so all are read again.
  cursor_field: null,
});

const resources: RestResource[] = [
  ...["charges", "coupons", "credit_notes", "customers", "disputes", "invoices", "payment_intents", "payouts"].map(
    (name) => list(name),
  ),
  ...["plans", "prices", "products", "refunds", "balance_transactions"].map((name) => list(name)),
  list("invoice_items", "invoiceitems"),
  list("checkout_sessions", "checkout/sessions"),
  // Cancelled subscriptions are left out unless asked for.
  list("subscriptions", "subscriptions", { status: "all" }),
  // Events never change; a day is read again because they may become visible out of order.
  {
    ...list("events", "events", { "created[gte]": "{since|start_date:unix}" }),
    cursor_field: "created",
    lookback_days: 1,
  },
];

/** `Charge`, `charge` and `BalanceTransaction` as the name of a list. */
function listName(name: string): string {
  const plural = name.replaceAll(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
  return resources.some((each) => each.name === `${plural}s`) ? `${plural}s` : plural;
}

/** Stripe: https://docs.stripe.com/api */
export const stripe: SourceType<typeof config> = {
  type: "stripe",
  group: "payments",
  title: "Stripe",
  description: "Charges, customers, subscriptions and other objects of a Stripe account",
  unavailable: null,
  config,
  open: ({ stripe_secret_key_env, endpoints, start_date, end_date, api_url }, io) =>
    openRestApi(io, {
      name: "Stripe",
      base_url: api_url,
      auth: async ({ secret }) => ({ kind: "bearer", token: await secret(stripe_secret_key_env) }),
      resources,
      selected: endpoints.map(listName),
      check: { path: "v1/customers", query: { limit: "1" } },
      start_date,
      end_date,
    }),
};
