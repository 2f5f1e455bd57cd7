"""Prints what boto3 lists of an account, as JSON: {"service:type region id": answer}.

Usage: python3 list.py URL REGION...; only the ids and answers of the calls themselves, with nothing of Catchment.
"""

import json
import os
import sys

import boto3

url, *regions = sys.argv[1:]
found = {}


def client(service, region):
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=url,
        aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID", "testing"),
        aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "testing"),
    )


def pages(api, operation, key, **arguments):
    for page in api.get_paginator(operation).paginate(**arguments):
        value = page
        for part in key.split("."):
            value = value.get(part, [])
        yield from value


def add(kind, region, identifier, answer):
    found[f"{kind} {region} {identifier}"] = answer


def list_region(region):
    ec2 = client("ec2", region)
    for reservation in pages(ec2, "describe_instances", "Reservations"):
        for one in reservation["Instances"]:
            add("ec2:instance", region, one["InstanceId"], one)
    for kind, operation, key, name in [
        ("ec2:security-group", "describe_security_groups", "SecurityGroups", "GroupId"),
        ("ec2:network-interface", "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
        ("vpc:vpc", "describe_vpcs", "Vpcs", "VpcId"),
        ("vpc:subnet", "describe_subnets", "Subnets", "SubnetId"),
        ("vpc:internet-gateway", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
        ("vpc:nat-gateway", "describe_nat_gateways", "NatGateways", "NatGatewayId"),
        ("vpc:route-table", "describe_route_tables", "RouteTables", "RouteTableId"),
        ("vpc:network-acl", "describe_network_acls", "NetworkAcls", "NetworkAclId"),
    ]:
        for one in pages(ec2, operation, key):
            add(kind, region, one[name], one)

    rds = client("rds", region)
    for kind, operation, key, name in [
        ("rds:db-instance", "describe_db_instances", "DBInstances", "DBInstanceIdentifier"),
        ("rds:db-cluster", "describe_db_clusters", "DBClusters", "DBClusterIdentifier"),
        ("rds:db-snapshot", "describe_db_snapshots", "DBSnapshots", "DBSnapshotIdentifier"),
        ("rds:db-cluster-snapshot", "describe_db_cluster_snapshots", "DBClusterSnapshots", "DBClusterSnapshotIdentifier"),
    ]:
        for one in pages(rds, operation, key):
            add(kind, region, one[name], one)

    functions = client("lambda", region)
    for one in pages(functions, "list_functions", "Functions"):
        add("lambda:function", region, one["FunctionArn"], one)
    for one in pages(functions, "list_layers", "Layers"):
        add("lambda:layer", region, one["LayerArn"], {**one, **one["LatestMatchingVersion"]})
    for one in pages(functions, "list_event_source_mappings", "EventSourceMappings"):
        add("lambda:event-source-mapping", region, one["UUID"], one)

    ecs = client("ecs", region)
    for cluster in pages(ecs, "list_clusters", "clusterArns"):
        one = ecs.describe_clusters(clusters=[cluster], include=["TAGS", "SETTINGS", "STATISTICS"])["clusters"][0]
        name = one["clusterName"]
        add("ecs:cluster", region, name, one)
        for service in pages(ecs, "list_services", "serviceArns", cluster=cluster):
            service = ecs.describe_services(cluster=cluster, services=[service], include=["TAGS"])["services"][0]
            add("ecs:service", region, f"{name}/{service['serviceName']}", service)
        for task in pages(ecs, "list_tasks", "taskArns", cluster=cluster):
            task = ecs.describe_tasks(cluster=cluster, tasks=[task], include=["TAGS"])["tasks"][0]
            add("ecs:task", region, task["taskArn"].split("/")[-1], task)
    for arn in pages(ecs, "list_task_definitions", "taskDefinitionArns"):
        one = ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
        add("ecs:task-definition", region, f"{one['family']}:{one['revision']}", one)

    eks = client("eks", region)
    for name in pages(eks, "list_clusters", "clusters"):
        add("eks:cluster", region, name, eks.describe_cluster(name=name)["cluster"])
        for group in pages(eks, "list_nodegroups", "nodegroups", clusterName=name):
            one = eks.describe_nodegroup(clusterName=name, nodegroupName=group)["nodegroup"]
            add("eks:nodegroup", region, f"{name}/{group}", one)
        for profile in pages(eks, "list_fargate_profiles", "fargateProfileNames", clusterName=name):
            one = eks.describe_fargate_profile(clusterName=name, fargateProfileName=profile)["fargateProfile"]
            add("eks:fargate-profile", region, f"{name}/{profile}", one)

    elb = client("elbv2", region)
    for one in pages(elb, "describe_load_balancers", "LoadBalancers"):
        add(f"elb:{one['Type']}", region, one["LoadBalancerName"], one)
    for one in pages(elb, "describe_target_groups", "TargetGroups"):
        add("elb:target-group", region, one["TargetGroupName"], one)

    gateway = client("apigateway", region)
    for api in pages(gateway, "get_rest_apis", "items"):
        add("apigateway:rest-api", region, api["id"], api)
        for one in pages(gateway, "get_resources", "items", restApiId=api["id"], embed=["methods"]):
            add("apigateway:resource", region, f"{api['id']}/{one['id']}", one)
            for method, configuration in one.get("resourceMethods", {}).items():
                add("apigateway:method", region, f"{api['id']}/{one['id']}/{method}", configuration)
        for one in pages(gateway, "get_deployments", "items", restApiId=api["id"]):
            add("apigateway:deployment", region, f"{api['id']}/{one['id']}", one)
        for one in gateway.get_stages(restApiId=api["id"])["item"]:
            add("apigateway:stage", region, f"{api['id']}/{one['deploymentId']}/{one['stageName']}", one)

    kms = client("kms", region)
    for key in pages(kms, "list_keys", "Keys"):
        add("kms:key", region, key["KeyId"], kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"])
        for grant in pages(kms, "list_grants", "Grants", KeyId=key["KeyId"]):
            add("kms:grant", region, f"{key['KeyId']}/{grant['KeyId']}/{grant['GrantId']}", grant)
    for one in pages(kms, "list_aliases", "Aliases"):
        add("kms:alias", region, one["AliasName"], one)


def list_global():
    iam = client("iam", "us-east-1")
    for kind, operation, key in [
        ("iam:user", "list_users", "Users"),
        ("iam:role", "list_roles", "Roles"),
        ("iam:group", "list_groups", "Groups"),
    ]:
        for one in pages(iam, operation, key):
            add(kind, "global", one["Arn"], one)
    for one in pages(iam, "list_policies", "Policies", Scope="Local"):
        version = iam.get_policy_version(PolicyArn=one["Arn"], VersionId=one["DefaultVersionId"])
        add("iam:policy", "global", one["Arn"], {**one, "policy_document": version["PolicyVersion"]["Document"]})
    s3 = client("s3", "us-east-1")
    for one in s3.list_buckets()["Buckets"]:
        region = s3.get_bucket_location(Bucket=one["Name"])["LocationConstraint"] or "us-east-1"
        add("s3:bucket", region, one["Name"], one)
    cloudfront = client("cloudfront", "us-east-1")
    for one in pages(cloudfront, "list_distributions", "DistributionList.Items"):
        one = cloudfront.get_distribution(Id=one["Id"])["Distribution"]
        configuration = one["DistributionConfig"]
        add("cloudfront:distribution", "global", configuration["CallerReference"], {**configuration, **one})


def as_text(value):
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


list_global()
for name in regions:
    list_region(name)
json.dump(found, sys.stdout, default=as_text)
