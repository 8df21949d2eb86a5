"""Uploads by an HTML form: its fields, and the policy that says what they may be.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from typing import Any, cast

import msgspec

from cloudchamber.services.s3.errors import (
    AccessDenied,
    EntityTooLarge,
    EntityTooSmall,
    InvalidArgument,
    InvalidPolicyDocument,
    MalformedPOSTRequest,
)
from cloudchamber.wire.instants import parse_timestamp

_BOUNDARY = re.compile(r'boundary="?([^";,]+)"?')
_NAME = re.compile(r'(?:^|;)\s*name="([^"]*)"')
_FILENAME = re.compile(r'(?:^|;)\s*filename="([^"]*)"')
_UNCOVERED = frozenset({"awsaccesskeyid", "file", "policy", "signature", "x-amz-signature"})


class Form(msgspec.Struct, frozen=True):
    """The fields in front of the file, by their names in lower case, and the file."""

    fields: dict[str, str]
    body: bytes


def parsed(content_type: str, content: bytes) -> Form:
    """The form in a request's body; what follows the file is ignored.

    https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html. Raises MalformedPOSTRequest or InvalidArgument.
    """
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        raise MalformedPOSTRequest()
    fields: dict[str, str] = {}
    for part in (b"\r\n" + content).split(b"\r\n--" + boundary[1].encode())[1:]:
        head, blank, value = part.partition(b"\r\n\r\n")
        if part.startswith(b"--"):
            break
        disposition = _disposition(head)
        name = _NAME.search(disposition)
        if name is None or not blank:
            raise MalformedPOSTRequest()
        if name[1].lower() != "file":
            fields[name[1].lower()] = value.decode("utf-8", "replace")
            continue
        if "key" not in fields:
            raise _missing("key")
        filename = _FILENAME.search(disposition)
        given = re.split(r"[/\\]", filename[1])[-1] if filename else ""
        return Form(fields | {"key": fields["key"].replace("${filename}", given)}, value)
    raise InvalidArgument(
        "POST requires exactly one file upload per request.", ArgumentName="file", ArgumentValue=0
    )


def _disposition(head: bytes) -> str:
    for line in head.decode("utf-8", "replace").split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-disposition":
            return value
    return ""


def _missing(field: str) -> InvalidArgument:
    return InvalidArgument(
        f"Bucket POST must contain a field named '{field}'.  If it is specified, please check the order of the fields.",
        ArgumentName=field,
        ArgumentValue="",
    )


def check_policy(form: Form, bucket: str, now_ms: int) -> None:
    """Hold the form against its policy, when it has one: it must be signed, not expired, and name every field.

    Raises AccessDenied, InvalidArgument, InvalidPolicyDocument, EntityTooLarge or EntityTooSmall.
    """
    text = form.fields.get("policy")
    if text is None:
        return
    if "x-amz-signature" not in form.fields and "signature" not in form.fields:
        raise _missing("X-Amz-Signature")
    expires_at_s, conditions = _policy(text)
    if expires_at_s * 1000 <= now_ms:
        raise AccessDenied("Invalid according to Policy: Policy expired.")
    values = form.fields | {"bucket": bucket}
    covered: set[str] = set()
    for condition in conditions:
        covered |= _held(condition, values, len(form.body))
    extra = [
        name for name in form.fields if name not in covered | _UNCOVERED and not name.startswith("x-ignore-")
    ]
    if extra:
        raise AccessDenied(f"Invalid according to Policy: Extra input fields: {', '.join(extra)}")


def _policy(text: str) -> tuple[float, list[Any]]:
    try:
        document = json.loads(b64decode(text))
        return parse_timestamp(document["expiration"]), list(document["conditions"])
    except (KeyError, TypeError, ValueError):
        raise InvalidPolicyDocument() from None


def _held(condition: Any, values: dict[str, str], size_bytes: int) -> set[str]:
    """The fields that a condition names. Raises when it does not hold."""
    if isinstance(condition, dict):
        exact = cast("dict[str, Any]", condition)
        return {_matched("eq", f"${name}", value, values) for name, value in exact.items()}
    if not isinstance(condition, list) or len(cast("list[Any]", condition)) != 3:
        raise InvalidPolicyDocument(
            "Invalid Policy: Invalid Simple-Condition: Simple-Conditions must have 3 parts."
        )
    kind, subject, value = cast("list[Any]", condition)
    if str(kind).lower() != "content-length-range":
        return {_matched(str(kind).lower(), str(subject), value, values)}
    if not (str(subject).isdecimal() and str(value).isdecimal()):
        raise InvalidPolicyDocument("Invalid Policy: Invalid content-length-range.")
    if size_bytes < int(subject):
        raise EntityTooSmall(ProposedSize=size_bytes, MinSizeAllowed=int(subject))
    if size_bytes > int(value):
        raise EntityTooLarge(ProposedSize=size_bytes, MaxSizeAllowed=int(value))
    return set()


def _matched(kind: str, subject: str, wanted: Any, values: dict[str, str]) -> str:
    name = subject.removeprefix("$").lower()
    given = values.get(name)
    if kind == "starts-with":
        parts = given.split(",") if given is not None and name == "content-type" else [given]
        holds = all(part is not None and part.strip().startswith(str(wanted)) for part in parts)
    else:
        holds = kind == "eq" and given == str(wanted)
    if not holds:
        shown = json.dumps([kind, subject, wanted])
        raise AccessDenied(f"Invalid according to Policy: Policy Condition failed: {shown}")
    return name
