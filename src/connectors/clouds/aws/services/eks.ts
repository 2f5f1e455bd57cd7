import { same } from "../../fields.ts";
import { type Item, labelsFrom, texts } from "../../json.ts";
import type { CloudService, Scope } from "../../service.ts";
import { callsOf } from "../calls.ts";
import type { AwsCall } from "../client.ts";

const call = callsOf("eks");
const labels = (item: Item) => labelsFrom(item["tags"]);
const carryCluster = ({ name }: Item): Item => ({ clusterName: name });
const clusterOf = ({ parent }: Scope) => String(parent["clusterName"]);

export const eks: CloudService<AwsCall> = {
  service: "eks",
  description: "Extracts EKS clusters, node groups and Fargate profiles",
  scope: "regional",
  listings: [
    {
      name: "clusters",
      // Without this, clusters that run elsewhere and are only connected are left out.
      call: () => call("ListClusters", { maxResults: 100, include: ["all"] }),
      items: (body) => texts(body["clusters"]),
      describe: {
        size: 1,
        call: ([name]) => call("DescribeCluster", { name }),
        items: ({ cluster }) => [cluster],
      },
      resources: [
        {
          type: "cluster",
          id: (cluster) => String(cluster["name"]),
          labels,
          configuration: same(
            "name arn created_at version endpoint role_arn resources_vpc_config kubernetes_network_config logging " +
              "identity status platform_version tags",
          ),
        },
      ],
    },
    {
      name: "nodegroups",
      of: { listing: "clusters", carry: carryCluster },
      call: (scope) => call("ListNodegroups", { clusterName: clusterOf(scope), maxResults: 100 }),
      items: (body) => texts(body["nodegroups"]),
      describe: {
        size: 1,
        call: ([nodegroupName], scope) => call("DescribeNodegroup", { clusterName: clusterOf(scope), nodegroupName }),
        items: ({ nodegroup }) => [nodegroup],
      },
      resources: [
        {
          type: "nodegroup",
          id: (nodegroup, scope) => `${clusterOf(scope)}/${String(nodegroup["nodegroupName"])}`,
          labels,
          configuration: same(
            "nodegroup_name cluster_name nodegroup_arn status created_at modified_at instance_types ami_type " +
              "node_role subnets remote_access scaling_config labels taints resources tags",
          ),
        },
      ],
    },
    {
      name: "fargate-profiles",
      of: { listing: "clusters", carry: carryCluster },
      call: (scope) => call("ListFargateProfiles", { clusterName: clusterOf(scope), maxResults: 100 }),
      items: (body) => texts(body["fargateProfileNames"]),
      describe: {
        size: 1,
        call: ([fargateProfileName], scope) =>
          call("DescribeFargateProfile", { clusterName: clusterOf(scope), fargateProfileName }),
        items: ({ fargateProfile }) => [fargateProfile],
      },
      resources: [
        {
          type: "fargate-profile",
          id: (profile, scope) => `${clusterOf(scope)}/${String(profile["fargateProfileName"])}`,
          labels,
          configuration: same(
            "fargate_profile_name cluster_name fargate_profile_arn created_at pod_execution_role_arn subnets " +
              "selectors status tags",
          ),
        },
      ],
    },
  ],
};
