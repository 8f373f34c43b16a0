"""Recomputes the AWS signature of requests by botocore; exits with 1 at the first that differs."""

import json
import sys

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

for case in json.load(open(sys.argv[1])):
    headers = {name: value for name, value in case["headers"]}
    given = headers.pop("authorization")
    scope, signed, signature = (part.split("=", 1)[1] for part in given.removeprefix("AWS4-HMAC-SHA256 ").split(", "))
    key, date, region, service, _ = scope.split("/")
    assert (key, region, service) == (case["key"], case["region"], case["service"]), scope
    kept = {name: headers[name] for name in signed.split(";")}
    credentials = Credentials(case["key"], case["secret"], case["token"])
    auth = SigV4Auth(credentials, case["service"], case["region"])
    request = AWSRequest(case["method"], case["url"], data=bytes.fromhex(case["body"]), headers=kept)
    request.context["timestamp"] = headers["x-amz-date"]
    assert headers["x-amz-date"].startswith(date)
    canonical = auth.canonical_request(request)
    expected = auth.signature(auth.string_to_sign(request, canonical), request)
    if expected != signature:
        sys.exit(f"{case['url']}: {signature}, expected {expected}\n{canonical}")
    for name in ["host", "x-amz-date", "x-amz-content-sha256"] + ["x-amz-security-token"] * bool(case["token"]):
        assert name in kept, name
print("verified")
