"""Makes a user who may read all but the services of the list, and prints its keys as JSON.

Usage: python3 reader.py URL DENIED...
"""

import json
import sys

import boto3

url, *denied = sys.argv[1:]
iam = boto3.client(
    "iam", region_name="us-east-1", endpoint_url=url, aws_access_key_id="testing", aws_secret_access_key="testing"
)
iam.create_user(UserName="reader")
statements = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
statements += [{"Effect": "Deny", "Action": f"{service}:*", "Resource": "*"} for service in denied]
policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=policy)
key = iam.create_access_key(UserName="reader")["AccessKey"]
print(json.dumps({"access_key_id": key["AccessKeyId"], "secret_access_key": key["SecretAccessKey"]}))
