"""Tags of buckets and objects.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from cloudchamber.services.s3 import limits
from cloudchamber.services.s3.errors import BadRequest, InvalidArgument, InvalidTag

_ALLOWED = re.compile(r"[\w\s+\-=.:/@]*\Z")


def of_header(header: str | None) -> dict[str, str]:
    """The tags of an x-amz-tagging header, which has the form of a query string. Raises InvalidArgument or InvalidTag."""
    if not header:
        return {}
    pairs = parse_qsl(header, keep_blank_values=True)
    if len(dict(pairs)) != len(pairs):
        text = (
            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without "
            "tag name duplicates."
        )
        raise InvalidArgument(text, ArgumentName="x-amz-tagging", ArgumentValue=header)
    return _checked(pairs, limits.OBJECT_TAGS_MAX, "Object")


def of_set(tagging: dict[str, Any], *, count_max: int, noun: str) -> dict[str, str]:
    """The tags of a Tagging document. Raises InvalidTag or BadRequest."""
    pairs = [(tag["Key"], tag["Value"]) for tag in tagging.get("TagSet") or ()]
    if len(dict(pairs)) != len(pairs):
        raise InvalidTag("Cannot provide multiple Tags with the same key")
    return _checked(pairs, count_max, noun)


def _checked(pairs: list[tuple[str, str]], count_max: int, noun: str) -> dict[str, str]:
    if len(pairs) > count_max:
        text = f"{noun} tags cannot be greater than {count_max}"
        raise InvalidTag(text) if noun == "Bucket" else BadRequest(text)
    for key, value in pairs:
        if not 1 <= len(key) <= limits.TAG_KEY_LENGTH_MAX or not _ALLOWED.match(key):
            raise InvalidTag(TagKey=key)
        if key.lower().startswith("aws:"):
            raise InvalidTag("System tags cannot be added/updated by requester", TagKey=key)
        if len(value) > limits.TAG_VALUE_LENGTH_MAX or not _ALLOWED.match(value):
            raise InvalidTag("The TagValue you have provided is invalid", TagKey=key, TagValue=value)
    return dict(pairs)


def as_set(tags: dict[str, str]) -> list[dict[str, str]]:
    """The tags as AWS lists them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
