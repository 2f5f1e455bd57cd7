import { at, same } from "../../fields.ts";
import { asItem, type Item, items, labelsFrom } from "../../json.ts";
import type { CloudService, Scope } from "../../service.ts";
import { callsOf } from "../calls.ts";
import type { AwsCall } from "../client.ts";

const call = callsOf("apigateway");
const labels = (item: Item) => labelsFrom(item["tags"]);
const carryApi = ({ id }: Item): Item => ({ restApiId: id });
const apiOf = ({ parent }: Scope) => String(parent["restApiId"]);

export const apigateway: CloudService<AwsCall> = {
  service: "apigateway",
  description: "Extracts REST APIs of API Gateway with resources, methods, deployments and stages",
  scope: "regional",
  listings: [
    {
      name: "rest-apis",
      call: () => call("GetRestApis", { limit: 500 }),
      items: (body) => items(body["items"]),
      resources: [
        {
          type: "rest-api",
          id: (api) => String(api["id"]),
          labels,
          configuration: {
            ...same("id name description created_date"),
            api_key_source_type: at("apiKeySource"),
            ...same("endpoint_configuration policy version warnings disable_execute_api_endpoint"),
          },
        },
      ],
    },
    {
      name: "resources",
      of: { listing: "rest-apis", carry: carryApi },
      call: (scope) => call("GetResources", { restApiId: apiOf(scope), embed: ["methods"], limit: 500 }),
      items: (body) => items(body["items"]),
      resources: [
        {
          type: "resource",
          id: (resource, scope) => `${apiOf(scope)}/${String(resource["id"])}`,
          configuration: same("id parent_id path_part path resource_methods"),
        },
        {
          type: "method",
          each: methodsOf,
          id: ({ resource_id, method }, scope) => `${apiOf(scope)}/${String(resource_id)}/${String(method)}`,
          configuration: {
            method: at("method"),
            resource_id: at("resource_id"),
            ...same("http_method authorization_type api_key_required request_models request_parameters"),
            ...same("method_responses method_integration"),
          },
        },
      ],
    },
    {
      name: "deployments",
      of: { listing: "rest-apis", carry: carryApi },
      call: (scope) => call("GetDeployments", { restApiId: apiOf(scope), limit: 500 }),
      items: (body) => items(body["items"]),
      resources: [
        {
          type: "deployment",
          id: (deployment, scope) => `${apiOf(scope)}/${String(deployment["id"])}`,
          configuration: same("id description created_date api_summary"),
        },
      ],
    },
    {
      name: "stages",
      of: { listing: "rest-apis", carry: carryApi },
      call: (scope) => call("GetStages", { restApiId: apiOf(scope) }),
      items: (body) => items(body["item"]),
      resources: [
        {
          type: "stage",
          id: (stage, scope) => `${apiOf(scope)}/${String(stage["deploymentId"])}/${String(stage["stageName"])}`,
          labels,
          configuration: same(
            "stage_name deployment_id description created_date last_updated_date method_settings variables " +
              "documentation_version access_log_settings canary_settings tracing_enabled web_acl_arn tags",
          ),
        },
      ],
    },
  ],
};

/** The methods of a resource, which stand in it by their verbs. */
function methodsOf({ id, resourceMethods }: Item): Item[] {
  return Object.entries(asItem(resourceMethods)).map(([method, configuration]) => ({
    ...asItem(configuration),
    method,
    resource_id: id,
  }));
}
