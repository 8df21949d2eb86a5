"""Conditional requests.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import AwsError
from cloudchamber.services.s3.errors import NoSuchKey, NotModified, PreconditionFailed
from cloudchamber.services.s3.model import Version
from cloudchamber.wire.instants import rfc822


def _matches(header: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/").strip('"') for tag in header.split(",")]
    return "*" in tags or etag in tags


def check_read(request: dict[str, Any], version: Version) -> None:
    """If-Match outranks If-Unmodified-Since, If-None-Match outranks If-Modified-Since.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html. Raises PreconditionFailed (412) or NotModified (304).
    """
    modified_at_s = version.modified_at_ms // 1000
    match, none_match = request.get("IfMatch"), request.get("IfNoneMatch")
    unmodified, modified = request.get("IfUnmodifiedSince"), request.get("IfModifiedSince")
    if match is not None:
        if not _matches(match, version.etag):
            raise PreconditionFailed(Condition="If-Match")
    elif unmodified is not None and modified_at_s > unmodified:
        raise PreconditionFailed(Condition="If-Unmodified-Since")
    if none_match is not None:
        stale = _matches(none_match, version.etag)
    else:
        stale = modified is not None and modified_at_s <= modified
    if stale:
        members: dict[str, Any] = {"ETag": f'"{version.etag}"', "Last-Modified": rfc822(modified_at_s)}
        raise NotModified(**members)


def check_copy_source(request: dict[str, Any], version: Version) -> None:
    """The same of the source of a copy, where all failures are 412.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    """
    conditions = {name: request.get("CopySource" + name) for name in _CONDITIONS}
    try:
        check_read(conditions, version)
    except PreconditionFailed as error:
        raise PreconditionFailed(
            Condition=f"x-amz-copy-source-{error.members['Condition'].lower()}"
        ) from None
    except NotModified:
        word = "if-none-match" if conditions["IfNoneMatch"] is not None else "if-modified-since"
        raise PreconditionFailed(Condition=f"x-amz-copy-source-{word}") from None


_CONDITIONS = ("IfMatch", "IfNoneMatch", "IfModifiedSince", "IfUnmodifiedSince")


def check_write(request: dict[str, Any], latest: Version | None, key: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html

    Raises PreconditionFailed, NoSuchKey (nothing to match), or NotImplemented for another If-None-Match than `*`.
    """
    exists = latest is not None and not latest.delete_marker
    none_match, match = request.get("IfNoneMatch"), request.get("IfMatch")
    if none_match is not None:
        if none_match.strip('" ') != "*":
            text = "A header you provided implies functionality that is not implemented"
            raise AwsError("NotImplemented", text, status=501, Header="If-None-Match")
        if exists:
            raise PreconditionFailed(Condition="If-None-Match")
    if match is not None:
        if latest is None or latest.delete_marker:
            raise NoSuchKey(Key=key)
        if not _matches(match, latest.etag):
            raise PreconditionFailed(Condition="If-Match")


def check_delete(match: str | None, version: Version | None) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html. Raises PreconditionFailed."""
    if match is None:
        return
    if version is None or version.delete_marker or not _matches(match, version.etag):
        raise PreconditionFailed(Condition="If-Match")
