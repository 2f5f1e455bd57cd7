"""Fills the AWS account of a moto server with resources of twelve services in two regions.

Usage: python3 seed.py URL REGION...; the names are the same in every run.
"""

import io
import json
import sys
import zipfile

import boto3

url, *regions = sys.argv[1:]
home = regions[0]


def client(service, region=home):
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=url,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )


def tags(**values):
    return [{"Key": key, "Value": value} for key, value in values.items()]


TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": ["lambda.amazonaws.com", "ecs.amazonaws.com", "eks.amazonaws.com"]},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
ALLOW = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*", "Sid": "größe & <x>"}]}
)


def seed_iam():
    iam = client("iam")
    for index in range(12):
        iam.create_user(UserName=f"user-{index}", Path="/team/", Tags=tags(team=f"t{index % 3}"))
    iam.create_access_key(UserName="user-0")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(UserName="user-0", SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="123457")
    iam.put_user_policy(UserName="user-0", PolicyName="inline", PolicyDocument=ALLOW)
    for index in range(10):
        iam.create_role(
            RoleName=f"role-{index}",
            AssumeRolePolicyDocument=TRUST,
            Description="<both> & \"quotes\"",
            Tags=tags(owner="sre"),
        )
    for index in range(6):
        policy = iam.create_policy(PolicyName=f"policy-{index}", PolicyDocument=ALLOW, Path="/custom/", Tags=tags(kind="p"))
        iam.attach_role_policy(RoleName=f"role-{index}", PolicyArn=policy["Policy"]["Arn"])
        iam.attach_user_policy(UserName=f"user-{index}", PolicyArn=policy["Policy"]["Arn"])
    for index in range(4):
        iam.create_group(GroupName=f"group-{index}")
        iam.add_user_to_group(GroupName=f"group-{index}", UserName="user-0")
    iam.attach_group_policy(GroupName="group-0", PolicyArn=policy["Policy"]["Arn"])
    iam.put_group_policy(GroupName="group-0", PolicyName="inline", PolicyDocument=ALLOW)
    iam.put_role_policy(RoleName="role-0", PolicyName="inline", PolicyDocument=ALLOW)


def seed_s3():
    s3 = client("s3", "us-east-1")
    s3.create_bucket(Bucket="plain-bucket")
    for index, region in enumerate(["eu-west-1", "us-west-2", "eu-central-1"] * 4):
        name = f"bucket.with.dots-{index}"
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags(index=str(index), place="Zürich & \u6771\u4eac")})
    s3.put_bucket_versioning(Bucket="bucket.with.dots-0", VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_policy(
        Bucket="bucket.with.dots-0",
        Policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::bucket.with.dots-0/*"}
                ],
            }
        ),
    )
    s3.put_bucket_encryption(
        Bucket="bucket.with.dots-0",
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": True}]
        },
    )


def seed_network(region):
    ec2 = client("ec2", region)
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": tags(Name="main & <more>")}])["Vpc"]
    # Without host names moto cannot run tasks of ECS in the subnets.
    ec2.modify_vpc_attribute(VpcId=vpc["VpcId"], EnableDnsHostnames={"Value": True})
    subnets = [
        ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock=f"10.9.{index}.0/24", AvailabilityZone=f"{region}{zone}")["Subnet"]["SubnetId"]
        for index, zone in enumerate("ab")
    ]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc["VpcId"])
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address)
    table = ec2.create_route_table(VpcId=vpc["VpcId"])["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnets[0])
    ec2.create_network_acl(VpcId=vpc["VpcId"])
    groups = [
        ec2.create_security_group(GroupName=f"group-{index}", Description=f"Zugriff über {index} & mehr", VpcId=vpc["VpcId"])["GroupId"]
        for index in range(5)
    ]
    ec2.authorize_security_group_ingress(
        GroupId=groups[0],
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    )
    ec2.create_network_interface(SubnetId=subnets[0], Groups=[groups[0]], Description="spare")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    instances = ec2.run_instances(
        ImageId=image,
        MinCount=30,
        MaxCount=30,
        InstanceType="t3.micro",
        SubnetId=subnets[0],
        SecurityGroupIds=groups[:2],
        UserData="#!/bin/sh\necho secret",
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags(Name="web", env="test")}],
    )["Instances"]
    ec2.stop_instances(InstanceIds=[instance["InstanceId"] for instance in instances[:7]])
    return vpc["VpcId"], subnets, groups


def seed_region(region):
    vpc, subnets, groups = seed_network(region)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("main.py", "def handle(event, context): return 1")
    functions = client("lambda", region)
    for index in range(8):
        functions.create_function(
            FunctionName=f"function-{index}",
            Runtime="python3.12",
            Role="arn:aws:iam::123456789012:role/role-0",
            Handler="main.handle",
            Code={"ZipFile": archive.getvalue()},
            Environment={"Variables": {"PASSWORD": "planted"}},
            Tags={"team": "data"},
        )
    functions.publish_layer_version(
        LayerName="layer", Description="shared", Content={"ZipFile": archive.getvalue()}, CompatibleRuntimes=["python3.12"], LicenseInfo="MIT"
    )
    queue = client("sqs", region).create_queue(QueueName="queue")["QueueUrl"]
    queue_arn = client("sqs", region).get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    functions.create_event_source_mapping(EventSourceArn=queue_arn, FunctionName="function-0", BatchSize=7)

    rds = client("rds", region)
    for index in range(4):
        rds.create_db_instance(
            DBInstanceIdentifier=f"database-{index}",
            DBInstanceClass="db.t3.micro",
            Engine="postgres",
            AllocatedStorage=20 + index,
            MasterUsername="admin",
            MasterUserPassword="planted-password",
            DBName="main",
            Tags=tags(env="test"),
        )
    rds.create_db_snapshot(DBSnapshotIdentifier="snapshot", DBInstanceIdentifier="database-0", Tags=tags(kind="nightly"))
    rds.create_db_cluster(
        DBClusterIdentifier="cluster", Engine="aurora-postgresql", MasterUsername="admin", MasterUserPassword="planted-password"
    )
    rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="cluster-snapshot", DBClusterIdentifier="cluster")

    ecs = client("ecs", region)
    for index in range(3):
        ecs.create_cluster(clusterName=f"cluster-{index}", tags=[{"key": "tier", "value": "web"}])
    for index in range(5):
        ecs.register_task_definition(
            family=f"family-{index}",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            containerDefinitions=[{"name": "web", "image": "nginx", "memory": 128, "environment": [{"name": "TOKEN", "value": "planted"}]}],
        )
    network = {"awsvpcConfiguration": {"subnets": subnets, "securityGroups": groups[:1]}}
    for index in range(12):
        ecs.create_service(
            cluster="cluster-0",
            serviceName=f"service-{index}",
            taskDefinition="family-0",
            desiredCount=1,
            launchType="FARGATE",
            networkConfiguration=network,
        )
    ecs.run_task(cluster="cluster-1", taskDefinition="family-1", launchType="FARGATE", count=3, networkConfiguration=network)

    eks = client("eks", region)
    for index in range(2):
        eks.create_cluster(
            name=f"cluster-{index}",
            roleArn="arn:aws:iam::123456789012:role/role-0",
            resourcesVpcConfig={"subnetIds": subnets, "securityGroupIds": groups[:1]},
            tags={"env": "test"},
        )
    eks.create_nodegroup(
        clusterName="cluster-0",
        nodegroupName="workers",
        subnets=subnets,
        nodeRole="arn:aws:iam::123456789012:role/role-0",
        scalingConfig={"minSize": 1, "maxSize": 3, "desiredSize": 2},
    )
    eks.create_fargate_profile(
        clusterName="cluster-0",
        fargateProfileName="serverless",
        podExecutionRoleArn="arn:aws:iam::123456789012:role/role-0",
        subnets=subnets,
        selectors=[{"namespace": "default"}],
    )

    elb = client("elbv2", region)
    for kind in ["application", "network"]:
        balancer = elb.create_load_balancer(
            Name=f"{kind}-balancer",
            Subnets=subnets,
            Type=kind,
            Tags=tags(kind=kind),
            **({"SecurityGroups": groups[:1]} if kind == "application" else {}),
        )["LoadBalancers"][0]["LoadBalancerArn"]
        protocol = "HTTP" if kind == "application" else "TCP"
        group = elb.create_target_group(Name=f"{kind}-targets", Protocol=protocol, Port=80, VpcId=vpc, TargetType="ip")["TargetGroups"][0]
        elb.register_targets(TargetGroupArn=group["TargetGroupArn"], Targets=[{"Id": "10.9.0.10", "Port": 80}])
        elb.create_listener(
            LoadBalancerArn=balancer,
            Protocol=protocol,
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}],
        )

    gateway = client("apigateway", region)
    for index in range(3):
        api = gateway.create_rest_api(name=f"api-{index}", description="REST & more", tags={"index": str(index)})["id"]
        root = gateway.get_resources(restApiId=api)["items"][0]["id"]
        resource = gateway.create_resource(restApiId=api, parentId=root, pathPart="things")["id"]
        gateway.put_method(restApiId=api, resourceId=resource, httpMethod="GET", authorizationType="NONE")
        gateway.put_integration(restApiId=api, resourceId=resource, httpMethod="GET", type="MOCK")
        deployment = gateway.create_deployment(restApiId=api, description="first")["id"]
        gateway.create_stage(restApiId=api, stageName="live", deploymentId=deployment, variables={"a": "b"})

    kms = client("kms", region)
    for index in range(4):
        key = kms.create_key(Description=f"key {index}", Tags=[{"TagKey": "index", "TagValue": str(index)}])["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=f"alias/key-{index}", TargetKeyId=key)
    kms.enable_key_rotation(KeyId=key)
    kms.create_grant(KeyId=key, GranteePrincipal="arn:aws:iam::123456789012:role/role-0", Operations=["Decrypt"])
    kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")


def seed_cloudfront():
    cloudfront = client("cloudfront")
    for index in range(3):
        cloudfront.create_distribution_with_tags(
            DistributionConfigWithTags={
                "DistributionConfig": {
                    "CallerReference": f"distribution-{index}",
                    "Aliases": {"Quantity": 1, "Items": [f"cdn{index}.example.org"]},
                    "Origins": {
                        "Quantity": 1,
                        "Items": [
                            {"Id": "o", "DomainName": "plain-bucket.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
                        ],
                    },
                    "DefaultCacheBehavior": {
                        "TargetOriginId": "o",
                        "ViewerProtocolPolicy": "allow-all",
                        "MinTTL": 10,
                        "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
                    },
                    "Comment": "größer & <besser>",
                    "Enabled": True,
                },
                "Tags": {"Items": tags(index=str(index))},
            }
        )


seed_iam()
seed_s3()
for name in regions:
    seed_region(name)
seed_cloudfront()
