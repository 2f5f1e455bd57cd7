import { type Fields, same } from "../../fields.ts";
import { type Item, items, tagsFrom } from "../../json.ts";
import type { CloudService, Detail, ResourceType } from "../../service.ts";
import { callsOf } from "../calls.ts";
import type { AwsCall } from "../client.ts";

const call = callsOf("elbv2");
const labels = (item: Item) => tagsFrom(item["Tags"]);

/** Tags of up to twenty resources, more are not answered at once. */
const tagsOf = (arnMember: string): Detail<AwsCall> => ({
  size: 20,
  call: (some) => call("DescribeTags", { ResourceArns: some.map((item) => item[arnMember]) }),
  read: (body, item) =>
    items(body["TagDescriptions"]).find(({ ResourceArn }) => ResourceArn === item[arnMember])?.["Tags"],
});

const loadBalancer: Fields = {
  ...same("load_balancer_name load_balancer_arn dns_name canonical_hosted_zone_id created_time"),
  load_balancer_addresses: (balancer) =>
    items(balancer["AvailabilityZones"]).flatMap((zone) => items(zone["LoadBalancerAddresses"])),
  ...same("availability_zones ip_address_type scheme state type vpc_id security_groups listeners tags"),
};

const loadBalancerOf = (type: string): ResourceType => ({
  type,
  when: (balancer) => balancer["Type"] === type,
  id: (balancer) => String(balancer["LoadBalancerName"]),
  labels,
  configuration: loadBalancer,
});

export const elb: CloudService<AwsCall> = {
  service: "elb",
  description: "Extracts application, network and gateway load balancers and target groups",
  scope: "regional",
  listings: [
    {
      name: "load-balancers",
      call: () => call("DescribeLoadBalancers", { PageSize: 100 }),
      items: (body) => items(body["LoadBalancers"]),
      details: {
        Listeners: {
          call: ([balancer]) =>
            call("DescribeListeners", { LoadBalancerArn: balancer?.["LoadBalancerArn"], PageSize: 400 }),
          entries: (body) => items(body["Listeners"]),
        },
        Tags: tagsOf("LoadBalancerArn"),
      },
      resources: [loadBalancerOf("application"), loadBalancerOf("network"), loadBalancerOf("gateway")],
    },
    {
      name: "target-groups",
      call: () => call("DescribeTargetGroups", { PageSize: 100 }),
      items: (body) => items(body["TargetGroups"]),
      details: {
        Targets: {
          call: ([group]) => call("DescribeTargetHealth", { TargetGroupArn: group?.["TargetGroupArn"] }),
          read: (body) => body["TargetHealthDescriptions"],
        },
        Tags: tagsOf("TargetGroupArn"),
      },
      resources: [
        {
          type: "target-group",
          id: (group) => String(group["TargetGroupName"]),
          labels,
          configuration: {
            ...same("target_group_name target_group_arn protocol port vpc_id"),
            health_check: readHealthCheck,
            ...same("target_type ip_address_type matcher targets tags"),
          },
        },
      ],
    },
  ],
};

/** What a target group says of its checks, as one object: the API has it in members of its own. */
function readHealthCheck(group: Item): Item {
  const members = Object.entries(group).filter(([name]) => /^HealthCheck|^(Unh|H)ealthyThresholdCount$/.test(name));
  return Object.fromEntries(members);
}
