import { at, same } from "../../fields.ts";
import { type Item, items, tagsFrom, text } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import { callsOf } from "../calls.ts";
import type { AwsCall } from "../client.ts";

const call = callsOf("rds");
const labels = (item: Item) => tagsFrom(item["TagList"]);

export const rds: CloudService<AwsCall> = {
  service: "rds",
  description: "Extracts RDS instances, clusters and their snapshots",
  scope: "regional",
  listings: [
    {
      name: "db-instances",
      call: () => call("DescribeDBInstances", { MaxRecords: 100 }),
      items: (body) => items(body["DBInstances"]),
      resources: [
        {
          type: "db-instance",
          id: (instance) => String(instance["DBInstanceIdentifier"]),
          labels,
          configuration: {
            ...same("db_instance_identifier db_instance_class engine engine_version db_instance_status"),
            ...same("master_username allocated_storage instance_create_time preferred_backup_window"),
            ...same("backup_retention_period availability_zone preferred_maintenance_window multi_az iops"),
            ...same("secondary_availability_zone publicly_accessible storage_type tde_credential_arn db_instance_arn"),
            ...same("tag_list vpc_security_groups db_subnet_group pending_modified_values latest_restorable_time"),
            ...same("auto_minor_version_upgrade read_replica_db_instance_identifiers"),
            ...same("read_replica_source_db_instance_identifier replica_mode license_model option_group_memberships"),
            ...same("character_set_name nchar_character_set_name"),
            default_timezone: at("Timezone"),
            ...same("db_name"),
            creation_date: at("InstanceCreateTime"),
          },
        },
      ],
    },
    {
      name: "db-clusters",
      call: () => call("DescribeDBClusters", { MaxRecords: 100 }),
      items: (body) => items(body["DBClusters"]),
      resources: [
        {
          type: "db-cluster",
          id: (cluster) => String(cluster["DBClusterIdentifier"]),
          labels,
          configuration: {
            ...same("db_cluster_identifier engine engine_version status master_username database_name"),
            creation_time: at("ClusterCreateTime"),
            ...same("backup_retention_period preferred_backup_window preferred_maintenance_window port multi_az"),
            ...same("engine_mode"),
            scaling_configuration: at("ScalingConfigurationInfo"),
            ...same("deletion_protection http_endpoint_enabled activity_stream_mode activity_stream_status"),
            ...same("copy_tags_to_snapshot cross_account_clone domain_memberships tag_list global_cluster_identifier"),
            ...same("reader_endpoint custom_endpoints"),
            failover_priority: failoverPriority,
            promoted_to_global_cluster: (cluster) => text(cluster["GlobalClusterIdentifier"]) !== null,
          },
        },
      ],
    },
    {
      name: "db-snapshots",
      call: () => call("DescribeDBSnapshots", { MaxRecords: 100 }),
      items: (body) => items(body["DBSnapshots"]),
      resources: [
        {
          type: "db-snapshot",
          id: (snapshot) => String(snapshot["DBSnapshotIdentifier"]),
          labels,
          configuration: {
            ...same(
              "db_snapshot_identifier db_instance_identifier snapshot_create_time engine allocated_storage status",
            ),
            ...same("port availability_zone vpc_id instance_create_time master_username engine_version license_model"),
            ...same("snapshot_type iops option_group_name percent_progress source_region"),
            ...same("source_db_snapshot_identifier storage_type tde_credential_arn encrypted kms_key_id"),
            ...same("db_snapshot_arn timezone iam_database_authentication_enabled processor_features tag_list"),
          },
        },
      ],
    },
    {
      name: "db-cluster-snapshots",
      call: () => call("DescribeDBClusterSnapshots", { MaxRecords: 100 }),
      items: (body) => items(body["DBClusterSnapshots"]),
      resources: [
        {
          type: "db-cluster-snapshot",
          id: (snapshot) => String(snapshot["DBClusterSnapshotIdentifier"]),
          labels,
          configuration: {
            ...same("db_cluster_snapshot_identifier db_cluster_identifier snapshot_create_time engine status port"),
            ...same("vpc_id cluster_create_time master_username engine_version license_model snapshot_type"),
            ...same("percent_progress storage_encrypted kms_key_id db_cluster_snapshot_arn"),
            ...same("source_db_cluster_snapshot_arn iam_database_authentication_enabled tag_list"),
          },
        },
      ],
    },
  ],
};

/** The promotion tiers of a cluster's instances, by identifier: RDS says them of members only. */
function failoverPriority(cluster: Item): Item {
  const members = items(cluster["DBClusterMembers"]);
  return Object.fromEntries(
    members.map(({ DBInstanceIdentifier, PromotionTier }) => [String(DBInstanceIdentifier), PromotionTier ?? null]),
  );
}
