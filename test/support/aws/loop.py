"""Lists what `many.py` made as a script with boto3 does: a client of each service and region, paginators with their own
page sizes, one call for each detail. Prints {"resources", "seconds"}, without the time that Python takes to start.

Usage: python3 loop.py URL REGION...
"""

import json
import sys
import time

import boto3
from botocore.exceptions import ClientError

url, *regions = sys.argv[1:]
found = []


def client(service, region=regions[0]):
    return boto3.client(
        service, region_name=region, endpoint_url=url, aws_access_key_id="testing", aws_secret_access_key="testing"
    )


def pages(api, operation, key, **arguments):
    for page in api.get_paginator(operation).paginate(**arguments):
        yield from page.get(key, [])


def detail(call, **arguments):
    try:
        return call(**arguments)
    except ClientError:
        return None


def list_ec2(region):
    ec2 = client("ec2", region)
    for reservation in pages(ec2, "describe_instances", "Reservations"):
        found.extend(reservation["Instances"])
    found.extend(pages(ec2, "describe_security_groups", "SecurityGroups"))
    found.extend(pages(ec2, "describe_network_interfaces", "NetworkInterfaces"))


def list_iam():
    iam = client("iam")
    for user in pages(iam, "list_users", "Users"):
        name = user["UserName"]
        user["attached_policies"] = list(pages(iam, "list_attached_user_policies", "AttachedPolicies", UserName=name))
        user["inline_policies"] = list(pages(iam, "list_user_policies", "PolicyNames", UserName=name))
        user["groups"] = list(pages(iam, "list_groups_for_user", "Groups", UserName=name))
        user["access_keys"] = list(pages(iam, "list_access_keys", "AccessKeyMetadata", UserName=name))
        user["mfa_devices"] = list(pages(iam, "list_mfa_devices", "MFADevices", UserName=name))
        user["tags"] = list(pages(iam, "list_user_tags", "Tags", UserName=name))
        found.append(user)
    for role in pages(iam, "list_roles", "Roles"):
        name = role["RoleName"]
        role["attached_policies"] = list(pages(iam, "list_attached_role_policies", "AttachedPolicies", RoleName=name))
        role["inline_policies"] = list(pages(iam, "list_role_policies", "PolicyNames", RoleName=name))
        role["tags"] = list(pages(iam, "list_role_tags", "Tags", RoleName=name))
        found.append(role)
    found.extend(pages(iam, "list_policies", "Policies", Scope="Local"))
    found.extend(pages(iam, "list_groups", "Groups"))


def list_s3():
    s3 = client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        name = bucket["Name"]
        bucket["location"] = s3.get_bucket_location(Bucket=name)
        bucket["versioning"] = s3.get_bucket_versioning(Bucket=name)
        bucket["encryption"] = detail(s3.get_bucket_encryption, Bucket=name)
        bucket["policy"] = detail(s3.get_bucket_policy, Bucket=name)
        bucket["acl"] = s3.get_bucket_acl(Bucket=name)
        bucket["tags"] = detail(s3.get_bucket_tagging, Bucket=name)
        found.append(bucket)


started = time.perf_counter()
for name in regions:
    list_ec2(name)
list_iam()
list_s3()
json.dump({"resources": len(found), "seconds": time.perf_counter() - started}, sys.stdout)
