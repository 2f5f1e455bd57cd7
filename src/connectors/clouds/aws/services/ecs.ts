import { at, same } from "../../fields.ts";
import { asItem, type Item, items, tagsFrom, texts } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import { callsOf } from "../calls.ts";
import type { AwsCall } from "../client.ts";

const call = callsOf("ecs");
const labels = (item: Item) => tagsFrom(item["tags"]);
const carryCluster = ({ clusterArn, clusterName }: Item): Item => ({ clusterArn, clusterName });

export const ecs: CloudService<AwsCall> = {
  service: "ecs",
  description: "Extracts ECS clusters, services, tasks and task definitions",
  scope: "regional",
  listings: [
    {
      name: "clusters",
      call: () => call("ListClusters", { maxResults: 100 }),
      items: (body) => texts(body["clusterArns"]),
      describe: {
        size: 100,
        call: (arns) =>
          call("DescribeClusters", {
            clusters: arns,
            include: ["ATTACHMENTS", "CONFIGURATIONS", "SETTINGS", "STATISTICS", "TAGS"],
          }),
        items: (body) => items(body["clusters"]),
      },
      resources: [
        {
          type: "cluster",
          id: (cluster) => String(cluster["clusterName"]),
          labels,
          configuration: {
            ...same("cluster_name cluster_arn status registered_container_instances_count running_tasks_count"),
            ...same("pending_tasks_count active_services_count statistics settings"),
            configurations: at("configuration"),
            ...same("tags"),
          },
        },
      ],
    },
    {
      name: "services",
      of: { listing: "clusters", carry: carryCluster },
      call: ({ parent }) => call("ListServices", { cluster: parent["clusterArn"], maxResults: 100 }),
      items: (body) => texts(body["serviceArns"]),
      describe: {
        size: 10,
        call: (arns, { parent }) =>
          call("DescribeServices", { cluster: parent["clusterArn"], services: arns, include: ["TAGS"] }),
        items: (body) => items(body["services"]),
      },
      resources: [
        {
          type: "service",
          id: (service, { parent }) => `${String(parent["clusterName"])}/${String(service["serviceName"])}`,
          labels,
          configuration: same(
            "service_name service_arn cluster_arn task_definition desired_count running_count pending_count " +
              "launch_type platform_version network_configuration load_balancers service_registries tags",
          ),
        },
      ],
    },
    {
      name: "tasks",
      of: { listing: "clusters", carry: carryCluster },
      call: ({ parent }) => call("ListTasks", { cluster: parent["clusterArn"], maxResults: 100 }),
      items: (body) => texts(body["taskArns"]),
      describe: {
        size: 100,
        call: (arns, { parent }) =>
          call("DescribeTasks", { cluster: parent["clusterArn"], tasks: arns, include: ["TAGS"] }),
        items: (body) => items(body["tasks"]),
      },
      resources: [
        {
          type: "task",
          id: (task) => String(task["taskArn"]).replace(/^.*\//, ""),
          labels,
          configuration: same(
            "task_arn cluster_arn task_definition_arn container_instance_arn overrides last_status desired_status " +
              "cpu memory containers tags",
          ),
        },
      ],
    },
    {
      name: "task-definitions",
      call: () => call("ListTaskDefinitions", { maxResults: 100 }),
      items: (body) => texts(body["taskDefinitionArns"]),
      describe: {
        size: 1,
        call: ([arn]) => call("DescribeTaskDefinition", { taskDefinition: arn, include: ["TAGS"] }),
        items: ({ taskDefinition, tags }) => [{ ...asItem(taskDefinition), tags }],
      },
      resources: [
        {
          type: "task-definition",
          id: (definition) => `${String(definition["family"])}:${String(definition["revision"])}`,
          labels,
          configuration: same(
            "family revision task_definition_arn status compatibilities requires_compatibilities cpu memory " +
              "container_definitions volumes network_mode tags",
          ),
        },
      ],
    },
  ],
};
