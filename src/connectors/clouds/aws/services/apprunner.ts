import { at, same } from "../../fields.ts";
import { asItem, type Item, items, tagsFrom } from "../../json.ts";
import type { CloudService, Detail } from "../../service.ts";
import { callsOf } from "../calls.ts";
import type { AwsCall } from "../client.ts";

const call = callsOf("apprunner");
const labels = (item: Item) => tagsFrom(item["Tags"]);

const tagsOf = (arnMember: string): Detail<AwsCall> => ({
  call: ([item]) => call("ListTagsForResource", { ResourceArn: item?.[arnMember] }),
  read: (body) => body["Tags"],
});

export const apprunner: CloudService<AwsCall> = {
  service: "apprunner",
  description: "Extracts App Runner services and connections",
  scope: "regional",
  listings: [
    {
      name: "services",
      call: () => call("ListServices", { MaxResults: 20 }),
      items: (body) => items(body["ServiceSummaryList"]),
      details: {
        service: {
          call: ([summary]) => call("DescribeService", { ServiceArn: summary?.["ServiceArn"] }),
          read: (body) => body["Service"],
        },
        Tags: tagsOf("ServiceArn"),
      },
      resources: [
        {
          type: "service",
          each: ({ service, ...summary }) => [{ ...summary, ...asItem(service) }],
          id: (service) => String(service["ServiceName"]),
          labels,
          configuration: {
            ...same("service_name service_arn service_url status source_configuration instance_configuration"),
            ...same("health_check_configuration"),
            auto_scaling_configuration: at("AutoScalingConfigurationSummary"),
            ...same("network_configuration observability_configuration tags"),
          },
        },
      ],
    },
    {
      name: "connections",
      call: () => call("ListConnections", { MaxResults: 100 }),
      items: (body) => items(body["ConnectionSummaryList"]),
      details: { Tags: tagsOf("ConnectionArn") },
      resources: [
        {
          type: "connection",
          id: (connection) => String(connection["ConnectionName"]),
          labels,
          configuration: same("connection_name connection_arn provider_type status created_at tags"),
        },
      ],
    },
  ],
};
