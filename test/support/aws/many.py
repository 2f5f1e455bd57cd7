"""Fills the AWS account of a moto server with ten thousand resources of three services, as few calls as may be.

Usage: python3 many.py URL REGION...; the names are the same in every run.
"""

import sys

import boto3

INSTANCES_A_REGION = 1200
GROUPS_A_REGION = 100
ROLES = 200
USERS = 100
BUCKETS = 100
TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole"}]}'

url, *regions = sys.argv[1:]


def client(service, region=regions[0]):
    return boto3.client(
        service, region_name=region, endpoint_url=url, aws_access_key_id="testing", aws_secret_access_key="testing"
    )


for region in regions:
    ec2 = client("ec2", region)
    image = ec2.describe_images(MaxResults=5)["Images"][0]["ImageId"]
    tags = [{"Key": "Name", "Value": f"worker of {region}"}, {"Key": "team", "Value": "größe & <co>"}]
    ec2.run_instances(
        ImageId=image,
        MinCount=INSTANCES_A_REGION,
        MaxCount=INSTANCES_A_REGION,
        InstanceType="t3.micro",
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
    )
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    for index in range(GROUPS_A_REGION):
        ec2.create_security_group(GroupName=f"group-{index}", Description="one of many", VpcId=vpc)

iam = client("iam")
for index in range(ROLES):
    iam.create_role(RoleName=f"role-{index}", AssumeRolePolicyDocument=TRUST)
for index in range(USERS):
    iam.create_user(UserName=f"user-{index}")

s3 = client("s3")
for index in range(BUCKETS):
    s3.create_bucket(Bucket=f"bucket-{index}")
