"""Browsers: preflight requests, CORS headers of answers, and forms that upload an object."""

import asyncio
import base64
import html
import http.client
import json
import re

import boto3
import pytest
from botocore.config import Config

from cloudchamber.app.chamber import Chamber, Options
from cloudchamber.services.s3.rules import cors

pytestmark = pytest.mark.sdk
PAGE = "http://www.example.com"


class Site:
    """A listening chamber on virtual time with a bucket, as a browser and as an SDK reach it."""

    def __init__(self, chamber):
        self.port, self.chamber = chamber.server.port, chamber
        settings = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
        who = {
            "aws_access_key_id": "123456789012",
            "aws_secret_access_key": "test",
            "region_name": "us-east-1",
        }
        self.s3 = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{self.port}", config=settings, **who)

    def http(self, method, target, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request(
            method, target, body=body, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response, content.decode()

    def preflight(self, target, method, origin=PAGE, asked=""):
        more = {"Access-Control-Request-Headers": asked} if asked else {}
        return self.http(
            "OPTIONS", target, Origin=origin, **{"Access-Control-Request-Method": method}, **more
        )

    def form(self, fields, file=b"content", name="photo.jpg", **headers):
        parts = [
            f'--x\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode()
            for k, v in fields.items()
        ]
        if file is not None:
            head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: image/jpeg\r\n'
            parts.append(head.encode() + b"\r\n" + file + b"\r\n")
        body = b"".join(parts) + b"--x--\r\n"
        return self.http(
            "POST", "/bucket", body, **{"Content-Type": "multipart/form-data; boundary=x"}, **headers
        )


@pytest.fixture
async def run():
    """Runs a blocking test body beside a listening chamber."""
    chamber = Chamber(Options(port=0))
    await chamber.start()
    site = Site(chamber)

    def prepared(work):
        site.s3.create_bucket(Bucket="bucket")
        return work(site)

    yield lambda work: asyncio.to_thread(prepared, work)
    await chamber.stop()


RULES = [
    {
        "AllowedHeaders": ["x-amz-*", "Content-Type"],
        "AllowedMethods": ["PUT", "POST", "DELETE"],
        "AllowedOrigins": ["http://*.example.com"],
        "ExposeHeaders": ["ETag", "x-amz-request-id"],
        "MaxAgeSeconds": 3000,
    },
    {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]},
]
VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"


def crossing(response):
    return {k: v for k, v in response.getheaders() if k.startswith("Access-Control") or k == "Vary"}


async def test_a_preflight_request_is_answered_by_the_first_rule_that_allows_it(run):
    def work(site):
        site.s3.put_bucket_cors(Bucket="bucket", CORSConfiguration={"CORSRules": RULES})
        response, _ = site.preflight("/bucket/a", "PUT", asked="X-Amz-Date, content-type")
        assert response.status == 200
        assert crossing(response) == {
            "Access-Control-Allow-Origin": PAGE,
            "Access-Control-Allow-Methods": "PUT, POST, DELETE",
            "Access-Control-Allow-Headers": "x-amz-date, content-type",
            "Access-Control-Expose-Headers": "ETag, x-amz-request-id",
            "Access-Control-Max-Age": "3000",
            "Access-Control-Allow-Credentials": "true",
            "Vary": VARY,
        }
        response, _ = site.preflight("/bucket/a", "GET", origin="https://elsewhere.org")
        assert crossing(response) == {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": "GET",
            "Vary": VARY,
        }

    await run(work)


async def test_a_preflight_request_that_no_rule_allows_is_forbidden(run):
    def work(site):
        response, text = site.preflight("/bucket/a", "PUT")
        assert response.status == 403
        assert "<Message>CORSResponse: CORS is not enabled for this bucket.</Message>" in text
        site.s3.put_bucket_cors(Bucket="bucket", CORSConfiguration={"CORSRules": RULES})
        for origin, method, asked in (
            ("http://example.org", "PUT", ""),
            (PAGE, "HEAD", ""),
            (PAGE, "PUT", "authorization"),
        ):
            response, text = site.preflight("/bucket/a", method, origin=origin, asked=asked)
            assert response.status == 403
            assert "<Code>AccessForbidden</Code>" in text
            assert f"<Method>{method}</Method><ResourceType>OBJECT</ResourceType>" in text
            assert crossing(response) == {}
        response, text = site.http("OPTIONS", "/bucket/a")
        assert (response.status, "Origin request header needed." in text) == (400, True)
        response, text = site.http("OPTIONS", "/bucket/a", Origin=PAGE)
        assert "<Message>Invalid Access-Control-Request-Method: null</Message>" in text
        response, _ = site.http("OPTIONS", "*")
        assert response.status == 400

    await run(work)


async def test_an_answer_carries_the_headers_of_the_rule_it_meets_errors_included(run):
    def work(site):
        site.s3.put_object(Bucket="bucket", Key="a", Body=b"1")
        assert crossing(site.http("GET", "/bucket/a", Origin=PAGE)[0]) == {}
        site.s3.put_bucket_cors(Bucket="bucket", CORSConfiguration={"CORSRules": RULES})
        for key, status in (("a", 200), ("none", 404)):
            response, _ = site.http("GET", f"/bucket/{key}", Origin=PAGE)
            assert (response.status, response.getheader("Access-Control-Allow-Origin")) == (status, "*")
        assert crossing(site.http("GET", "/bucket/a")[0]) == {}
        assert crossing(site.http("HEAD", "/bucket/a", Origin=PAGE)[0]) == {}
        response, _ = site.http("PUT", "/bucket/b", b"2", Origin=PAGE)
        assert response.getheader("Access-Control-Expose-Headers") == "ETag, x-amz-request-id"

    await run(work)


@pytest.mark.parametrize(
    ("pattern", "origin", "fits"),
    [
        ("http://*.example.com", "http://a.example.com", True),
        ("http://*.example.com", "http://example.com", False),
        ("a*a", "a", False),
        ("http://a.com", "http://a.com", True),
        ("http://a.com", "http://a.com.org", False),
        ("*", "null", True),
    ],
)
def test_an_origin_has_at_most_one_wildcard(pattern, origin, fits):
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": [pattern]}
    assert (cors.met([rule], origin, "GET") is rule) is fits


# -- forms


async def test_a_form_that_boto3_signs_uploads_an_object(run):
    def work(site):
        made = site.s3.generate_presigned_post(
            "bucket",
            "user/${filename}",
            Fields={"Content-Type": "image/jpeg", "x-amz-meta-tag": "sea"},
            Conditions=[
                {"Content-Type": "image/jpeg"},
                {"x-amz-meta-tag": "sea"},
                ["content-length-range", 1, 10],
            ],
        )
        response, _ = site.form(made["fields"], b"content", name="photo.jpg")
        assert response.status == 204
        held = site.s3.get_object(Bucket="bucket", Key="user/photo.jpg")
        assert (held["Body"].read(), held["ContentType"], held["Metadata"]) == (
            b"content",
            "image/jpeg",
            {"tag": "sea"},
        )
        assert response.getheader("ETag") == held["ETag"]
        for size, code, limit in (
            (b"", "EntityTooSmall", "MinSizeAllowed>1<"),
            (b"x" * 11, "EntityTooLarge", "MaxSizeAllowed>10<"),
        ):
            response, text = site.form(made["fields"], size)
            assert (response.status, f"<Code>{code}</Code>" in text, limit in text) == (400, True, True)
        response, text = site.form(made["fields"] | {"x-amz-meta-other": "1"})
        assert response.status == 403
        assert "Invalid according to Policy: Extra input fields: x-amz-meta-other" in text
        response, text = site.form(made["fields"] | {"Content-Type": "text/html"})
        assert 'Policy Condition failed: ["eq", "$Content-Type", "image/jpeg"]' in html.unescape(text)

    await run(work)


def policy(expiration="2099-01-01T00:00:00Z", conditions=()):
    document = json.dumps({"expiration": expiration, "conditions": list(conditions)})
    return {"policy": base64.b64encode(document.encode()).decode(), "x-amz-signature": "0"}


@pytest.mark.parametrize(
    ("fields", "file", "status", "code", "words"),
    [
        ({"x": "1"}, b"1", 400, "InvalidArgument", "Bucket POST must contain a field named 'key'."),
        ({"key": "k"}, None, 400, "InvalidArgument", "POST requires exactly one file upload per request."),
        ({"key": "k", "policy": "e30="}, b"1", 400, "InvalidArgument", "a field named 'X-Amz-Signature'."),
        (
            {"key": "k", "policy": "!", "x-amz-signature": "0"},
            b"1",
            400,
            "InvalidPolicyDocument",
            "Invalid JSON.",
        ),
        ({"key": "k"} | policy("2020-01-01T00:00:00Z"), b"1", 403, "AccessDenied", "Policy expired."),
        ({"key": "k"} | policy(), b"1", 403, "AccessDenied", "Extra input fields: key"),
        (
            {"key": "k"} | policy(conditions=[["starts-with", "$key", "user/"]]),
            b"1",
            403,
            "AccessDenied",
            'Policy Condition failed: ["starts-with", "$key", "user/"]',
        ),
        (
            {"key": "k"} | policy(conditions=[{"bucket": "b"}]),
            b"1",
            403,
            "AccessDenied",
            "Policy Condition failed",
        ),
        (
            {"key": "k"} | policy(conditions=[["eq", "$key"]]),
            b"1",
            400,
            "InvalidPolicyDocument",
            "must have 3 parts",
        ),
        ({"key": "k"} | policy(conditions=["x"]), b"1", 400, "InvalidPolicyDocument", "must have 3 parts"),
        (
            {"key": "k"} | policy(conditions=[["content-length-range", "a", "b"]]),
            b"1",
            400,
            "InvalidPolicyDocument",
            "Invalid",
        ),
        ({"key": "k", "tagging": "<Tagging/>"}, b"1", 501, "NotImplemented", "tagging"),
        ({"key": "k" * 1025}, b"1", 400, "KeyTooLongError", "Your key is too long"),
        ({"key": "k", "x-amz-checksum-crc32": "AAAAAA=="}, b"1", 400, "BadDigest", "CRC32"),
    ],
)
async def test_a_form_that_does_not_add_up_makes_nothing(run, fields, file, status, code, words):
    def work(site):
        response, text = site.form(fields, file)
        assert (response.status, re.findall("<Code>(.*?)</Code>", text)) == (status, [code])
        assert words in html.unescape(text)
        assert site.s3.list_objects_v2(Bucket="bucket")["KeyCount"] == 0

    await run(work)


async def test_a_form_says_what_its_answer_is(run):
    def work(site):
        response, text = site.form({"key": "a", "success_action_status": "201"})
        assert response.status == 201
        assert "<Bucket>bucket</Bucket><Key>a</Key>" in text
        assert site.form({"key": "a", "success_action_status": "200"})[0].status == 200
        assert site.form({"key": "a", "success_action_status": "500"})[0].status == 204
        page = {"key": "a b", "success_action_redirect": "http://localhost/done?x=1"}
        response, _ = site.form(page)
        assert response.status == 303
        wanted = "http://localhost/done?x=1&bucket=bucket&key=a+b&etag=%22"
        assert response.getheader("Location").startswith(wanted)
        assert site.form({"key": "a", "success_action_redirect": "javascript:x"})[0].status == 204
        site.s3.put_bucket_cors(Bucket="bucket", CORSConfiguration={"CORSRules": RULES})
        response, _ = site.form({"key": "a"}, Origin=PAGE)
        assert response.getheader("Access-Control-Allow-Origin") == PAGE

    await run(work)


async def test_a_body_that_is_no_form_is_refused(run):
    def work(site):
        kind = {"Content-Type": "multipart/form-data"}
        response, text = site.http("POST", "/bucket", b"x", **kind)
        assert (response.status, "MalformedPOSTRequest" in text) == (400, True)
        kind = {"Content-Type": "multipart/form-data; boundary=x"}
        response, text = site.http("POST", "/bucket", b"--x\r\nno blank line", **kind)
        assert (response.status, "MalformedPOSTRequest" in text) == (400, True)
        response, text = site.http("POST", "/bucket/key", b"", **kind)
        assert (response.status, "MethodNotAllowed" in text) == (405, True)
        response, text = site.http(
            "POST",
            "/none",
            b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\na\r\n'
            b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n1\r\n--x--',
            **kind,
        )
        assert (response.status, "NoSuchBucket" in text) == (404, True)

    await run(work)
