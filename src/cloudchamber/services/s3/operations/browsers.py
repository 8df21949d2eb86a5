"""What browsers send and no SDK does: preflight requests, and forms that upload an object.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit
from xml.sax.saxutils import escape

from cloudchamber.aws import AwsError, Context
from cloudchamber.aws.credentials import account_of_key
from cloudchamber.services.s3.errors import AccessForbidden, BadRequest, MethodNotAllowed
from cloudchamber.services.s3.operations.finding import bucket_named
from cloudchamber.services.s3.operations.objects import add_object
from cloudchamber.services.s3.records import CONFIGURATIONS
from cloudchamber.services.s3.rules import cors, forms
from cloudchamber.wire.checksums import verify_checksums, verify_md5
from cloudchamber.wire.errors import MalformedRequest, WireError
from cloudchamber.wire.http import HttpRequest, HttpResponse
from cloudchamber.wire.model import load_model
from cloudchamber.wire.protocol import protocol_for

_MEMBERS = {
    "acl": "ACL",
    "cache-control": "CacheControl",
    "content-disposition": "ContentDisposition",
    "content-encoding": "ContentEncoding",
    "content-type": "ContentType",
    "x-amz-server-side-encryption": "ServerSideEncryption",
    "x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
    "x-amz-storage-class": "StorageClass",
    "x-amz-website-redirect-location": "WebsiteRedirectLocation",
}
_REFUSED = ("expires", "tagging")
_METADATA = "x-amz-meta-"


async def answer(ctx: Context, request: HttpRequest, bucket: str) -> HttpResponse:
    """Answer a preflight request or a form, errors in S3's XML."""
    try:
        if request.method == "OPTIONS":
            return await ctx.transact(lambda ctx: _preflight(ctx, request, bucket))
        response = await _form(ctx, request, bucket)
    except MalformedRequest as error:
        response = _refused(ctx, request, AwsError(error.code, error.message, status=error.status))
    except AwsError as error:
        response = _refused(ctx, request, error)
    response.headers += await ctx.transact(lambda ctx: cors_headers(ctx, request))
    return response


def _refused(ctx: Context, request: HttpRequest, error: AwsError) -> HttpResponse:
    written = WireError(error.code, error.message, error.status or 400, error.members)
    return protocol_for(load_model("s3"), request).serialize_error(written, ctx.request_id)


def _rules(ctx: Context, bucket: str) -> list[dict[str, Any]]:
    kept = CONFIGURATIONS.get(ctx, bucket, "cors")
    return kept.value["CORSRules"] if kept else []


def cors_headers(ctx: Context, request: HttpRequest) -> list[tuple[str, str]]:
    """What the answer to a browser's request carries, by the rules of its bucket; nothing when none is met."""
    origin, bucket = request.headers.get("origin", ""), unquote(request.path.lstrip("/").partition("/")[0])
    rule = cors.met(_rules(ctx, bucket), origin, request.method) if origin and bucket else None
    return cors.headers_of(rule, origin) if rule else []


def _preflight(ctx: Context, request: HttpRequest, bucket: str) -> HttpResponse:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/RESTOPTIONSobject.html"""
    headers = request.headers
    origin, method = headers.get("origin"), headers.get("access-control-request-method")
    if not origin:
        raise BadRequest("Insufficient information. Origin request header needed.")
    if method not in ("GET", "PUT", "POST", "DELETE", "HEAD"):
        raise BadRequest(f"Invalid Access-Control-Request-Method: {method or 'null'}")
    named = headers.get("access-control-request-headers", "")
    asked = [name.strip() for name in named.split(",") if name.strip()]
    rules = _rules(ctx, bucket)
    rule = cors.met(rules, origin, method, asked)
    if rule is None:
        kind = "OBJECT" if request.path.strip("/").partition("/")[2] else "BUCKET"
        words = () if rules else ("CORSResponse: CORS is not enabled for this bucket.",)
        raise AccessForbidden(*words, Method=method, ResourceType=kind)
    return HttpResponse(200, cors.headers_of(rule, origin, asked))


# -- forms


async def _form(ctx: Context, request: HttpRequest, bucket: str) -> HttpResponse:
    if request.path.strip("/") != quote(bucket):
        raise MethodNotAllowed(Method="POST", ResourceType="OBJECT")
    form = forms.parsed(request.headers["content-type"], request.body)
    owner = (await ctx.transact(lambda ctx: bucket_named(ctx, bucket))).owner
    forms.check_policy(form, bucket, ctx.now_ms)
    verify_checksums(form.fields, form.body)
    verify_md5(form.fields, form.body)
    account, principal = _signer(form.fields, owner)
    ctx.account = account
    put = {"Bucket": bucket, "Body": form.body, **_members(form.fields)}
    made = await ctx.call("s3", "post_object", put, account=account, principal=principal)
    return _made(ctx, bucket, form.fields, made)


def _signer(fields: dict[str, str], owner: str) -> tuple[str, str]:
    """Whose key signed the policy; a form without one acts for the bucket's owner, as anonymous."""
    key = fields.get("x-amz-credential", "").partition("/")[0] or fields.get("awsaccesskeyid", "")
    if not key:
        return owner, "anonymous"
    account = key if len(key) == 12 and key.isdigit() else account_of_key(key) or owner
    return account, f"arn:aws:iam::{account}:root"


def _members(fields: dict[str, str]) -> dict[str, Any]:
    """The fields as members of PutObject."""
    for name in _REFUSED:
        if name in fields:
            text = f"The form field {name} is not available in Cloud Chamber."
            raise AwsError("NotImplemented", text, status=501)
    members: dict[str, Any] = {"Key": fields["key"]}
    members |= {member: fields[name] for name, member in _MEMBERS.items() if name in fields}
    metadata = {name[len(_METADATA) :]: value for name, value in fields.items() if name.startswith(_METADATA)}
    if metadata:
        members["Metadata"] = metadata
    for name, value in fields.items():
        if name.startswith("x-amz-checksum-") and name != "x-amz-checksum-algorithm":
            members["Checksum" + name.rpartition("-")[2].upper()] = value
    return members


def post_object(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The PutObject of a form; its event is another one."""
    return add_object(ctx, request, "ObjectCreated:Post")


def _made(ctx: Context, bucket: str, fields: dict[str, str], made: dict[str, Any]) -> HttpResponse:
    """204, or what success_action_redirect and success_action_status ask for."""
    key, etag = fields["key"], made["ETag"]
    location = f"{ctx.base_url}/{bucket}/{quote(key)}"
    headers = [("ETag", etag), ("Location", location)]
    if "VersionId" in made:
        headers.append(("x-amz-version-id", made["VersionId"]))
    redirect = fields.get("success_action_redirect") or fields.get("redirect") or ""
    if urlsplit(redirect).scheme in ("http", "https"):
        joint = "&" if urlsplit(redirect).query else "?"
        headers[1] = ("Location", redirect + joint + urlencode({"bucket": bucket, "key": key, "etag": etag}))
        return HttpResponse(303, headers)
    status = fields.get("success_action_status")
    if status != "201":
        return HttpResponse(200 if status == "200" else 204, headers)
    shown = {"Location": location, "Bucket": bucket, "Key": key, "ETag": etag}
    content = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in shown.items())
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>{content}</PostResponse>'
    return HttpResponse(201, [*headers, ("Content-Type", "application/xml")], text.encode())
