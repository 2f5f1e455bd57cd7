import { type Field, part, same, within } from "../../fields.ts";
import { type Item, text, valueAt } from "../../json.ts";
import type { CloudService, ResourceType } from "../../service.ts";
import type { AzureCall } from "../client.ts";
import { detailBelow, resource, subscriptionListing } from "../resource.ts";

const VERSION = "2021-02-01";

const RUNTIMES = "linux_fx_version windows_fx_version net_framework_version php_version python_version node_version";

const plan: ResourceType = {
  ...resource,
  type: "app-service-plan",
  configuration: {
    ...within("properties", same("provisioning_state status number_of_sites maximum_number_of_workers")),
    sku: part("sku", same("name tier size capacity")),
  },
};

/** The list leaves most of a site's configuration null; `config/web` has it. */
const siteConfig: Field = (item, scope, key) =>
  part("config", same(RUNTIMES))(item, scope, key) ?? part("properties.siteConfig", same(RUNTIMES))(item, scope, key);

const site: Omit<ResourceType, "type"> = {
  ...resource,
  configuration: {
    ...same("kind"),
    ...within("properties", same("provisioning_state state server_farm_id enabled https_only client_cert_enabled")),
    site_config: siteConfig,
  },
};

/** Kinds are words divided by commas, such as `functionapp,linux`. */
const isFunctionApp = ({ kind }: Item): boolean => text(kind)?.toLowerCase().includes("functionapp") ?? false;

export const web: CloudService<AzureCall> = {
  service: "web",
  description: "Extracts Azure App Service plans, web apps and function apps",
  scope: "global",
  listings: [
    subscriptionListing("plans", "Microsoft.Web/serverfarms", VERSION, {
      // Without it the number of sites is left out.
      query: { detailed: "true" },
      resources: [plan],
    }),
    subscriptionListing("sites", "Microsoft.Web/sites", VERSION, {
      details: { config: { ...detailBelow("config/web", VERSION), read: (body) => valueAt(body, "properties") } },
      resources: [
        { ...site, type: "function-app", when: isFunctionApp },
        { ...site, type: "web-app", when: (item) => !isFunctionApp(item) },
      ],
    }),
  ],
};
