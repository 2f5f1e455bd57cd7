import { at, same } from "../../fields.ts";
import { items, labelsFrom } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import { callsOf } from "../calls.ts";
import type { AwsCall } from "../client.ts";

const call = callsOf("lambda");
const ofLatestVersion = (member: string) => at(`LatestMatchingVersion.${member}`);

export const lambda: CloudService<AwsCall> = {
  service: "lambda",
  description: "Extracts Lambda functions, layers and event source mappings",
  scope: "regional",
  listings: [
    {
      name: "functions",
      call: () => call("ListFunctions", { MaxItems: 50 }),
      items: (body) => items(body["Functions"]),
      details: {
        Tags: {
          call: ([lambdaFunction]) => call("ListTags", { Resource: lambdaFunction?.["FunctionArn"] }),
          read: (body) => body["Tags"],
        },
      },
      resources: [
        {
          type: "function",
          id: (lambdaFunction) => String(lambdaFunction["FunctionArn"]),
          labels: (lambdaFunction) => labelsFrom(lambdaFunction["Tags"]),
          configuration: same(
            "function_name runtime role handler code_size timeout memory_size environment vpc_config last_modified " +
              "version architectures package_type ephemeral_storage",
          ),
        },
      ],
    },
    {
      name: "layers",
      call: () => call("ListLayers", { MaxItems: 50 }),
      items: (body) => items(body["Layers"]),
      resources: [
        {
          type: "layer",
          id: (layer) => String(layer["LayerArn"]),
          configuration: {
            ...same("layer_name"),
            version: ofLatestVersion("Version"),
            description: ofLatestVersion("Description"),
            created_date: ofLatestVersion("CreatedDate"),
            compatible_runtimes: ofLatestVersion("CompatibleRuntimes"),
            license_info: ofLatestVersion("LicenseInfo"),
          },
        },
      ],
    },
    {
      name: "event-source-mappings",
      call: () => call("ListEventSourceMappings", { MaxItems: 100 }),
      items: (body) => items(body["EventSourceMappings"]),
      resources: [
        {
          type: "event-source-mapping",
          id: (mapping) => String(mapping["UUID"]),
          configuration: {
            ...same("function_arn event_source_arn state"),
            state_reason: at("StateTransitionReason"),
            ...same("state_reason_code last_modified last_processing_result batch_size"),
            ...same("maximum_batching_window_in_seconds parallelization_factor starting_position"),
            ...same("starting_position_timestamp"),
          },
        },
      ],
    },
  ],
};
