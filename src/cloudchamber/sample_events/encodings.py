"""How AWS packs data into events: base64, gzip, digests, form encoding."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from typing import Any
from urllib.parse import quote_plus


def base64_of(text: str) -> str:
    """The base64 of a text."""
    return base64.b64encode(text.encode()).decode()


def bytes_of(text: str) -> bytes:
    """What a base64 text holds; what is no base64 is left out."""
    return base64.b64decode(text)


def gzip_base64_of(text: str) -> str:
    """The base64 of a gzipped text; the same text gives the same result."""
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def md5_of(text: str) -> str:
    """The MD5 digest, in hexadecimal digits."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def sha256_of(text: str) -> str:
    """The SHA-256 digest, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def form_of(key: str) -> str:
    """An object key as S3 shows it in notifications: form-encoded, with slashes as they are.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    """
    return quote_plus(key, safe="/")


def text_of(value: Any) -> str:
    """A value as compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
