import { z } from "zod";
import { unprocessable } from "../../../errors.ts";
import { type Cloud, describeServices, stepsOf } from "../cloud.ts";
import { malformedAnswer } from "../errors.ts";
import { text } from "../json.ts";
import { openClient } from "./client.ts";
import { azureEndpoints } from "./endpoints.ts";
import { azureServices } from "./services.ts";
import { openTokens } from "./token.ts";

const SUBSCRIPTION = z.guid();

const azureCredentials = z.object({
  tenant_id: z
    .string()
    .regex(/^[\w.-]+$/, "is the id or a domain of a directory")
    .describe("Directory (tenant) of the service principal"),
  client_id: z.string().min(1).describe("Application (client) id of the service principal"),
  client_secret: z.string().min(1).describe("One of its client secrets"),
});

/** Azure Resource Manager: an account is a subscription, read by a service principal with the role Reader. */
export const azure: Cloud = {
  provider: "azure",
  services: describeServices("azure", azureServices),
  credentials: azureCredentials,
  shown: ["tenant_id", "client_id"],
  isAccount: (account) => SUBSCRIPTION.safeParse(account).success,
  // Names such as `westeurope`, `eastus2` and `centraluseuap`; Azure adds some every year.
  isRegion: (region) => /^[a-z]{4,}\d?[a-z]*$/.test(region),
  async open(account, credentials, io) {
    if (!azure.isAccount(account)) {
      throw unprocessable([{ field: "account", message: "is not the id of a subscription" }]);
    }
    const parsed = azureCredentials.safeParse(credentials);
    if (!parsed.success) {
      const errors = parsed.error.issues.map(({ path, message }) => ({ field: path.join("."), message }));
      throw unprocessable(errors);
    }
    const endpoints = azureEndpoints(io.endpoints);
    const client = openClient(io, endpoints.manager, openTokens(io, endpoints, parsed.data));
    return {
      ...stepsOf("azure", azureServices, client),
      async account() {
        const call = { path: `/subscriptions/${account}`, version: "2021-01-01" };
        const scope = { account, region: null, regions: null, filters: {}, parent: {} };
        const { body } = await client.send(call, scope, null);
        const id = text(body["subscriptionId"]);
        if (id === null) throw malformedAnswer(call.path);
        return id;
      },
      // Every service answers for all locations at once.
      regions: async () => [],
    };
  },
};
