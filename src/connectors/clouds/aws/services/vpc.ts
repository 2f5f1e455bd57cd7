import { type Fields, same } from "../../fields.ts";
import { type Item, items, tagsFrom } from "../../json.ts";
import type { CloudService, Listing, ResourceType } from "../../service.ts";
import { callsOf, ec2Filters } from "../calls.ts";
import type { AwsCall } from "../client.ts";

const call = callsOf("ec2");
const tags = (item: Item) => tagsFrom(item["Tags"]);

/** A resource of EC2's network with its tags as an object. */
const resource = (type: string, idMember: string, keys: string): ResourceType => {
  const configuration: Fields = { ...same(keys), tags };
  return { type, id: (item) => String(item[idMember]), labels: tags, configuration };
};

/** A call that lists one type under the plural of its name. */
const listing = (
  plural: string,
  limit: number,
  filters: Record<string, string>,
  listed: ResourceType,
): Listing<AwsCall> => ({
  name: plural,
  call: (scope) => call(`Describe${plural}`, { MaxResults: limit, ...ec2Filters(scope, filters) }),
  items: (body) => items(body[plural]),
  resources: [listed],
});

export const vpc: CloudService<AwsCall> = {
  service: "vpc",
  description: "Extracts VPCs, subnets, gateways, route tables and network ACLs",
  scope: "regional",
  listings: [
    listing(
      "Vpcs",
      1000,
      { vpc_id: "vpc-id", state: "state" },
      resource(
        "vpc",
        "VpcId",
        "vpc_id state cidr_block dhcp_options_id instance_tenancy is_default cidr_block_association_set",
      ),
    ),
    listing(
      "Subnets",
      1000,
      { vpc_id: "vpc-id", state: "state", availability_zone: "availability-zone" },
      resource(
        "subnet",
        "SubnetId",
        "subnet_id vpc_id state cidr_block ipv6_cidr_block_association_set availability_zone availability_zone_id " +
          "available_ip_address_count default_for_az map_public_ip_on_launch assign_ipv6_address_on_creation",
      ),
    ),
    listing(
      "InternetGateways",
      1000,
      {},
      resource("internet-gateway", "InternetGatewayId", "internet_gateway_id attachments"),
    ),
    listing(
      "NatGateways",
      1000,
      {},
      resource(
        "nat-gateway",
        "NatGatewayId",
        "nat_gateway_id subnet_id nat_gateway_addresses state create_time delete_time failure_code failure_message",
      ),
    ),
    listing(
      "RouteTables",
      100,
      { vpc_id: "vpc-id" },
      resource("route-table", "RouteTableId", "route_table_id vpc_id routes associations propagating_vgws"),
    ),
    listing(
      "NetworkAcls",
      1000,
      { vpc_id: "vpc-id" },
      resource("network-acl", "NetworkAclId", "network_acl_id vpc_id is_default entries associations"),
    ),
  ],
};
