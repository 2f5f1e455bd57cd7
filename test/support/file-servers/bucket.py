"""Works on a bucket of an S3 server by Amazon's own client.

Usage: python3 bucket.py URL KEY SECRET create | upload FOLDER | put KEY < CONTENT | get KEY > CONTENT
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.exceptions import ClientError

BUCKET = "instruments"
PREFIX = "a prefix/"

url, key, secret, command, *arguments = sys.argv[1:]
s3 = boto3.client(
    "s3", region_name="us-east-1", endpoint_url=url, aws_access_key_id=key, aws_secret_access_key=secret
)


def upload(folder):
    paths = [
        os.path.join(parent, name) for parent, _, names in os.walk(folder) for name in names
    ]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda path: s3.upload_file(path, BUCKET, PREFIX + os.path.relpath(path, folder)), paths))
    # What consoles leave for a folder, and a sibling whose name only begins alike.
    s3.put_object(Bucket=BUCKET, Key=PREFIX + "empty folder/", Body=b"")
    s3.put_object(Bucket=BUCKET, Key="a prefix of another/file.txt", Body=b"")


if command == "create":
    s3.create_bucket(Bucket=BUCKET)
elif command == "upload":
    upload(arguments[0])
elif command == "put":
    s3.put_object(Bucket=BUCKET, Key=PREFIX + arguments[0], Body=sys.stdin.buffer.read())
elif command == "get":
    try:
        sys.stdout.buffer.write(s3.get_object(Bucket=BUCKET, Key=PREFIX + arguments[0])["Body"].read())
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
        sys.exit(44)
