"""Where what is deployed is reached from this machine."""

from __future__ import annotations

import re

_AWS_API = re.compile(r"https://([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.(?:amazonaws\.com|localhost)(?:\.cn)?")


def local_url(text: str, base_url: str) -> str:
    """An output with the URLs of APIs turned into ones that this machine resolves."""
    return _AWS_API.sub(lambda match: f"{base_url}/_aws/execute-api/{match[1]}", text)
