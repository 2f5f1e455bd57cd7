"""Writes test/fixtures/aws: an answer of every operation with each member filled, made from botocore's models, with what
botocore reads in it; and signatures of odd requests by botocore. Run by hand: python3 test/support/aws/synthesise.py
"""

import copy
import datetime
import glob
import json
import pathlib
import re
import xml.sax.saxutils
from urllib.parse import quote

import botocore.handlers
import botocore.loaders
import botocore.parsers
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.model import ServiceModel

root = pathlib.Path(__file__).parents[3]
fixtures = root / "test/fixtures/aws"
loader = botocore.loaders.Loader()
TIME = datetime.datetime(2024, 1, 15, 10, 30, 0, 250000, tzinfo=datetime.timezone.utc)
POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Sid":"größe & <x>"}]}'


def fill(shape, name, stack=()):
    """A value of a shape, with one entry in each list and map."""
    kind = shape.type_name
    if kind == "structure":
        if shape.name in stack:
            return {}
        stack = (*stack, shape.name)
        members = list(shape.members.items())
        if shape.is_tagged_union:
            members = members[:1]
        return {key: fill(member, key, stack) for key, member in members if "location" not in member.serialization}
    if kind == "list":
        return [fill(shape.member, name.removesuffix("s"), stack)]
    if kind == "map":
        return {fill(shape.key, "key", stack): fill(shape.value, "value", stack)}
    if kind == "timestamp":
        return TIME
    if kind == "boolean":
        return True
    if kind in ("integer", "long"):
        return 7
    if kind in ("float", "double"):
        return 0.5
    if shape.name == "policyDocumentType":
        return quote(POLICY)
    if name in ("BucketRegion", "LocationConstraint", "RegionName"):
        return "eu-west-1"
    return shape.enum[0] if getattr(shape, "enum", None) else f"{name} & <größe>"


def without(value, path):
    """The same without the token of a next page."""
    head, *rest = path.split(".")
    if rest:
        without(value[head], ".".join(rest))
    else:
        value.pop(head, None)


def as_json(shape, value):
    kind = shape.type_name
    if kind == "structure":
        return {
            member.serialization.get("name", key): as_json(member, value[key])
            for key, member in shape.members.items()
            if key in value
        }
    if kind == "list":
        return [as_json(shape.member, one) for one in value]
    if kind == "map":
        return {key: as_json(shape.value, one) for key, one in value.items()}
    if kind == "timestamp":
        return value.isoformat() if shape.serialization.get("timestampFormat") == "iso8601" else value.timestamp()
    return value


def as_xml(shape, value, tag, attributes=""):
    kind = shape.type_name
    if kind == "structure":
        inner = ""
        for key, member in shape.members.items():
            if key not in value:
                continue
            wire = member.serialization.get("name", key)
            if member.serialization.get("xmlAttribute"):
                attributes += f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {wire}={xml.sax.saxutils.quoteattr(value[key])}'
            else:
                inner += as_xml(member, value[key], wire)
        return f"<{tag}{attributes}>{inner}</{tag}>"
    if kind == "list" and shape.serialization.get("flattened"):
        return "".join(as_xml(shape.member, one, shape.member.serialization.get("name", tag)) for one in value)
    if kind == "list":
        entry = shape.member.serialization.get("name", "member")
        return f"<{tag}>" + "".join(as_xml(shape.member, one, entry) for one in value) + f"</{tag}>"
    if kind == "map":
        key_tag = shape.key.serialization.get("name", "key")
        value_tag = shape.value.serialization.get("name", "value")
        entries = "".join(
            "<entry>" + as_xml(shape.key, key, key_tag) + as_xml(shape.value, one, value_tag) + "</entry>"
            for key, one in value.items()
        )
        return f"<{tag}>{entries}</{tag}>"
    if kind == "timestamp":
        text = value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03}Z"
    elif kind == "boolean":
        text = "true" if value else "false"
    else:
        text = xml.sax.saxutils.escape(str(value))
    return f"<{tag}>{text}</{tag}>"


def body_of(model, operation, value):
    shape = operation.output_shape
    protocol = model.metadata["protocol"]
    if protocol in ("json", "rest-json"):
        return json.dumps(as_json(shape, value), ensure_ascii=False)
    payload = shape.serialization.get("payload")
    if operation.name == "GetBucketPolicy":
        return POLICY
    if operation.name == "GetBucketLocation":
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="x">{value["LocationConstraint"]}</LocationConstraint>'
    if payload:
        return as_xml(shape.members[payload], value[payload], shape.members[payload].serialization.get("name", payload))
    wrapper = shape.serialization.get("resultWrapper")
    if wrapper:
        inner = as_xml(shape, value, wrapper)
        return f"<{operation.name}Response>{inner}<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{operation.name}Response>"
    return as_xml(shape, value, f"{operation.name}Response")


def render(value):
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03}Z"
    if isinstance(value, dict):
        return {key: render(one) for key, one in value.items()}
    return [render(one) for one in value] if isinstance(value, list) else value


def answer(api, name, paging):
    model = ServiceModel(loader.load_service_model(api, "service-2"), api)
    operation = model.operation_model(name)
    value = fill(operation.output_shape, name)
    if paging:
        without(value, paging["output"])
    body = body_of(model, operation, value)
    parser = botocore.parsers.create_parser(model.metadata["protocol"])
    response = {"body": body.encode(), "headers": {}, "status_code": 200}
    expected = parser.parse(copy.deepcopy(response), operation.output_shape)
    expected.pop("ResponseMetadata")
    if api == "iam":
        botocore.handlers.json_decode_policies(expected, operation)
    if name == "GetBucketLocation":
        expected["LocationConstraint"] = value["LocationConstraint"]
    return {"api": api, "operation": name, "body": body, "expected": render(expected)}


ODD = "a b+c/d:(e)'*!~größe"
SIGNED = [
    ("lambda", "ListTags", {"Resource": f"arn:aws:lambda:us-east-1:123456789012:function:{ODD}"}),
    ("eks", "DescribeNodegroup", {"clusterName": ODD, "nodegroupName": "%2F"}),
    ("apigateway", "GetResources", {"restApiId": "api", "position": "z&=+ /?", "limit": 500, "embed": ["methods"]}),
    ("s3", "GetBucketPolicy", {"Bucket": "odd+bucket ~ü"}),
    ("s3", "ListBuckets", {"MaxBuckets": 100, "ContinuationToken": "a/b+c="}),
    ("kms", "DescribeKey", {"KeyId": "alias/größe"}),
]


def sign(model_file, api, name, given, token):
    operation = model_file["operations"][name]
    path, query = operation["uri"], []
    for key, value in given.items():
        member = operation.get("input", {}).get(key)
        if member and member["location"] == "uri":
            path = path.replace("{%s}" % member["name"], quote(value, safe="-._~"))
        elif member:
            value = value[0] if isinstance(value, list) else value
            query.append(quote(member["name"], safe="-._~") + "=" + quote(str(value), safe="-._~"))
    if query:
        path += ("&" if "?" in path else "?") + "&".join(query)
    url = f"https://{model_file['endpoint_prefix']}.eu-central-1.amazonaws.com{path}"
    headers = {} if api == "kms" else {"Accept": "application/json"}
    body = None
    if api == "kms":
        headers["X-Amz-Target"] = f"{model_file['target_prefix']}.{name}"
        body = json.dumps(given, separators=(",", ":"), ensure_ascii=False).encode()
    request = AWSRequest(method=operation["method"], url=url, headers=headers, data=body)
    credentials = Credentials("AKIDEXAMPLEEXAMPLE", "synthetic-secret", token)
    signer = (S3SigV4Auth if api == "s3" else SigV4Auth)(credentials, model_file["signing_name"], "eu-central-1")
    signer.add_auth(request)
    return {
        "call": {"api": api, "operation": name, "input": given},
        "session_token": token,
        "url": url,
        "date": request.headers["X-Amz-Date"],
        "authorization": request.headers["Authorization"],
    }


answers, signatures = [], []
for path in sorted(glob.glob(str(root / "src/connectors/clouds/aws/models/*.json"))):
    api = pathlib.Path(path).stem
    model_file = json.loads(pathlib.Path(path).read_text())
    answers += [answer(api, name, operation.get("paging")) for name, operation in model_file["operations"].items()]
    signatures += [
        sign(model_file, api, name, given, token)
        for wanted, name, given in SIGNED
        if wanted == api
        for token in (None, "session/token+==")
    ]
fixtures.mkdir(parents=True, exist_ok=True)
for name, entries in [("answers", answers), ("signatures", signatures)]:
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in entries)
    (fixtures / f"{name}.json").write_text(f"[\n{lines}\n]\n")
