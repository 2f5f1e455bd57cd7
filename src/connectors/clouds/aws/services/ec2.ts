import { at, same } from "../../fields.ts";
import { items, tagsFrom, valueAt } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import { callsOf, ec2Filters } from "../calls.ts";
import type { AwsCall } from "../client.ts";

const call = callsOf("ec2");

export const ec2: CloudService<AwsCall> = {
  service: "ec2",
  description: "Extracts EC2 instances, security groups and network interfaces",
  scope: "regional",
  listings: [
    {
      name: "instances",
      call: (scope) =>
        call("DescribeInstances", {
          MaxResults: 200,
          ...ec2Filters(scope, {
            state: "instance-state-name",
            instance_type: "instance-type",
            vpc_id: "vpc-id",
            subnet_id: "subnet-id",
          }),
        }),
      items: (body) => items(body["Reservations"]).flatMap((reservation) => items(reservation["Instances"])),
      resources: [
        {
          type: "instance",
          id: (instance) => String(instance["InstanceId"]),
          labels: (instance) => tagsFrom(instance["Tags"]),
          configuration: {
            ...same("instance_type"),
            state: at("State.Name"),
            ...same("vpc_id subnet_id"),
            security_groups: (instance) => items(instance["SecurityGroups"]).map((group) => group["GroupId"]),
            ...same("iam_instance_profile"),
            monitoring: at("Monitoring.State"),
            public_ip: at("PublicIpAddress"),
            private_ip: at("PrivateIpAddress"),
          },
          aliases: { instance_state: "state" },
        },
      ],
    },
    {
      name: "security-groups",
      call: (scope) =>
        call("DescribeSecurityGroups", {
          MaxResults: 200,
          ...ec2Filters(scope, { vpc_id: "vpc-id", group_name: "group-name" }),
        }),
      items: (body) => items(body["SecurityGroups"]),
      resources: [
        {
          type: "security-group",
          id: (group) => String(group["GroupId"]),
          labels: (group) => tagsFrom(group["Tags"]),
          configuration: {
            ...same("group_name description vpc_id"),
            ingress_rules: at("IpPermissions"),
            egress_rules: at("IpPermissionsEgress"),
          },
        },
      ],
    },
    {
      name: "network-interfaces",
      call: (scope) =>
        call("DescribeNetworkInterfaces", {
          MaxResults: 200,
          ...ec2Filters(scope, { vpc_id: "vpc-id", subnet_id: "subnet-id", status: "status" }),
        }),
      items: (body) => items(body["NetworkInterfaces"]),
      resources: [
        {
          type: "network-interface",
          id: (networkInterface) => String(networkInterface["NetworkInterfaceId"]),
          labels: (networkInterface) => tagsFrom(networkInterface["TagSet"]),
          configuration: {
            ...same("network_interface_id interface_type description status vpc_id subnet_id availability_zone"),
            ...same("mac_address attachment requester_managed source_dest_check ipv6_addresses"),
            security_groups: (networkInterface) => items(networkInterface["Groups"]).map((group) => group["GroupId"]),
            private_ip: at("PrivateIpAddress"),
            private_ips: (networkInterface) =>
              items(networkInterface["PrivateIpAddresses"]).map((address) => address["PrivateIpAddress"]),
            public_ip: (networkInterface) => valueAt(networkInterface, "Association.PublicIp"),
          },
        },
      ],
    },
  ],
};
