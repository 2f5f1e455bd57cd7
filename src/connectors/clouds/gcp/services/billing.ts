import { same } from "../../fields.ts";
import { items } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { resourceName } from "../names.ts";

const api = "cloudbilling.googleapis.com";
const PAGE_SIZE = 100;

/** Billing accounts, who pays for the project, and budgets (Cloud Billing API v1, Budget API v1). */
export const billing: CloudService<GcpCall> = {
  service: "billing",
  description: "Extracts billing accounts, the project's billing and budgets",
  scope: "global",
  api,
  listings: [
    {
      name: "accounts",
      call: () => ({ api, path: "/v1/billingAccounts", query: { pageSize: PAGE_SIZE } }),
      items: ({ billingAccounts }) => items(billingAccounts),
      resources: [
        { type: "account", id: resourceName, configuration: same("name display_name open master_billing_account") },
      ],
    },
    {
      name: "project",
      call: ({ account }) => ({ api, path: `/v1/projects/${account}/billingInfo` }),
      items: (body) => [body],
      resources: [
        {
          type: "project",
          id: resourceName,
          configuration: same("name project_id billing_account_name billing_enabled"),
        },
      ],
    },
    {
      name: "budgets",
      of: { listing: "accounts", carry: (account) => ({ account: resourceName(account) }) },
      call: ({ parent }) => ({
        api: "billingbudgets.googleapis.com",
        path: `/v1/${String(parent["account"])}/budgets`,
        query: { pageSize: PAGE_SIZE },
      }),
      items: ({ budgets }) => items(budgets),
      resources: [
        {
          type: "budget",
          id: resourceName,
          configuration: same("name display_name budget_filter amount threshold_rules notifications_rule etag"),
        },
      ],
    },
  ],
};
