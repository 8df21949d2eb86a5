"""What an operation that deploys asks for: its template from text or S3, its parameters, its capabilities."""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from cloudchamber.aws import AwsError, Context
from cloudchamber.languages.cloudformation import InvalidTemplate
from cloudchamber.languages.cloudformation.loading import load
from cloudchamber.services.cloudformation import limits
from cloudchamber.services.cloudformation.errors import (
    InsufficientCapabilitiesException,
    ValidationError,
)
from cloudchamber.services.cloudformation.model import Deployment
from cloudchamber.services.cloudformation.rules.capabilities import missing
from cloudchamber.services.cloudformation.rules.includes import INCLUDE, included, locations
from cloudchamber.services.cloudformation.rules.scopes import Place
from cloudchamber.services.cloudformation.rules.templates import Prepared, prepare, read, ssm_parameters

_VIRTUAL_HOST = re.compile(
    r"^(?P<bucket>[a-z0-9][a-z0-9.-]+)\.s3[.-](?:[a-z0-9-]+\.)*(?:amazonaws\.com|localhost)"
)
_PATH_HOST = re.compile(r"^s3[.-](?:[a-z0-9-]+\.)*(?:amazonaws\.com|localhost)|^s3\.amazonaws\.com")


async def template_text(ctx: Context, request: dict[str, Any], previous: str | None = None) -> str:
    """The template a request brings or names, or the one there is already. Raises ValidationError."""
    body, url = request.get("TemplateBody"), request.get("TemplateURL")
    if request.get("UsePreviousTemplate"):
        if body or url:
            raise ValidationError(
                "You must specify only one of the following: TemplateURL, TemplateBody, UsePreviousTemplate."
            )
        assert previous is not None, "a previous template is asked for where there is one"
        return previous
    if body and url:
        raise ValidationError("You cannot specify both Template URL and Template Body")
    if body:
        if len(body.encode()) > limits.TEMPLATE_BODY_BYTES_MAX:
            raise ValidationError(
                f"1 validation error detected: Value '{body}' at 'templateBody' failed to satisfy constraint: "
                f"Member must have length less than or equal to {limits.TEMPLATE_BODY_BYTES_MAX}"
            )
        return str(body)
    if not url:
        raise ValidationError("Either Template URL or Template Body must be specified.")
    return await _fetched(ctx, str(url))


async def _fetched(ctx: Context, url: str) -> str:
    place = bucket_and_key(url)
    if place is None:
        raise ValidationError(
            "TemplateURL must be a supported URL."
            if not url.startswith(("http://", "https://"))
            else "TemplateURL must reference a valid S3 object to which you have access."
        )
    try:
        found = await ctx.call("s3", "GetObject", {"Bucket": place[0], "Key": place[1]})
    except AwsError as error:
        if error.code == "AccessDenied":
            raise ValidationError("S3 error: Access Denied") from None
        raise ValidationError(f"S3 error: {error.message}") from None
    raw = await read_body(found["Body"])
    if len(raw) > limits.TEMPLATE_OBJECT_BYTES_MAX:
        raise ValidationError("Template may not exceed 1000000 bytes in size.")
    return raw.decode("utf-8", "replace")


async def read_body(body: Any) -> bytes:
    """An object's bytes, whether they came whole or in parts."""
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    return b"".join([bytes(part) async for part in body])


def bucket_and_key(url: str) -> tuple[str, str] | None:
    """What an S3 URL names, in any of its forms, those of this chamber included.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"}:
        return None
    host, path = parts.hostname or "", unquote(parts.path.lstrip("/"))
    virtual = None if _PATH_HOST.match(host) else _VIRTUAL_HOST.match(host)
    if virtual:
        return (virtual["bucket"], path) if path else None
    if not (
        _PATH_HOST.match(host) or host in {"localhost", "127.0.0.1", "::1"} or host.endswith(".localhost")
    ):
        return None
    bucket, _, key = path.partition("/")
    return (bucket, key) if bucket and key else None


def given_parameters(request: dict[str, Any], before: Deployment | None) -> dict[str, str]:
    """The parameter values of a request. Raises ValidationError."""
    found: dict[str, str] = {}
    for parameter in request.get("Parameters") or ():
        key = parameter.get("ParameterKey")
        if parameter.get("UsePreviousValue"):
            if "ParameterValue" in parameter and parameter["ParameterValue"] is not None:
                raise ValidationError(
                    f"Invalid input for parameter key {key}. Cannot specify usePreviousValue as true and non empty "
                    "value for a parameter"
                )
            if before is None or key not in before.parameters:
                raise ValidationError(
                    f"Invalid input for parameter key {key}. Cannot specify usePreviousValue as true for a parameter key not in "
                    "the previous template"
                )
            found[key] = before.parameters[key].text
        elif parameter.get("ParameterValue") is None:
            raise ValidationError(
                f"Invalid input for parameter key {key}. Must specify either a value or usePreviousValue."
            )
        else:
            found[key] = parameter["ParameterValue"]
    return found


class Wish(NamedTuple):
    """What a request wants deployed."""

    prepared: Prepared
    deployment: Deployment


async def wish(ctx: Context, request: dict[str, Any], before: Deployment | None) -> Wish:
    """Everything of a request that deploys, checked. Raises ValidationError or InsufficientCapabilitiesException."""
    text = await template_text(ctx, request, before.original if before else None)
    given = given_parameters(request, before)
    prepared = await prepared_template(ctx, text, given, request["StackName"])
    capabilities = tuple(request.get("Capabilities") or ())
    lacking = missing(prepared.template, prepared.transforms, capabilities)
    if "CAPABILITY_AUTO_EXPAND" in lacking and "ChangeSetName" in request:
        lacking.remove("CAPABILITY_AUTO_EXPAND")
    if lacking:
        raise InsufficientCapabilitiesException(f"Requires capabilities : [{', '.join(lacking)}]")
    tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags") or ()}
    if request.get("Tags") is None and before:
        tags = before.tags
    arns = request.get("NotificationARNs")
    return Wish(
        prepared,
        Deployment(
            text,
            prepared.processed,
            prepared.parameters,
            tags,
            capabilities,
            tuple(arns) if arns is not None else before.notification_arns if before else (),
            request.get("RoleARN") or (before.role_arn if before else ""),
            request.get("RollbackConfiguration") or (before.rollback_configuration if before else {}),
        ),
    )


async def prepared_template(ctx: Context, text: str, given: dict[str, str], stack_name: str) -> Prepared:
    """A template and its parameters, those in Parameter Store looked up. Raises ValidationError."""
    try:
        body = await whole_template(ctx, text)
        values: dict[str, str] = {}
        for name in ssm_parameters(body, given):
            found = await _ssm_value(ctx, name)
            if found is not None:
                values[name] = found
        name = stack_name.split("/")[1] if stack_name.startswith("arn:") else stack_name
        place = Place(stack_name, name, ctx.account, ctx.region)
        return prepare(text, body, given, values, place)
    except InvalidTemplate as error:
        raise ValidationError(error.message) from None


async def whole_template(ctx: Context, text: str) -> dict[str, Any]:
    """A template read, with all that it includes. Raises InvalidTemplate."""
    body = read(text)
    if INCLUDE not in text:
        return body
    found: dict[str, Any] = {}
    for place in locations(body):
        bucket, _, key = place.removeprefix("s3://").partition("/")
        try:
            answer = await ctx.call("s3", "GetObject", {"Bucket": bucket, "Key": key})
        except AwsError as error:
            raise InvalidTemplate(
                f"Transform AWS::Include failed with: The specified S3 object's content could not be read: {error.message}"
            ) from None
        found[place] = load((await read_body(answer["Body"])).decode("utf-8", "replace"))
    return included(body, found)


async def _ssm_value(ctx: Context, name: str) -> str | None:
    try:
        answer = await ctx.call("ssm", "GetParameter", {"Name": name, "WithDecryption": False})
    except AwsError as error:
        if error.code == "ParameterNotFound":
            return None
        raise
    return str(answer["Parameter"]["Value"])
