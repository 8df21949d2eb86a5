"""What every event of a proxy integration tells alike.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import parse_qsl

SOURCE_IP = "127.0.0.1"


@lru_cache(maxsize=64)
def time_text(second: int) -> str:
    """An instant in seconds as access logs write it, e.g. `12/Mar/2020:19:03:58 +0000`."""
    return datetime.fromtimestamp(second, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")


def api_host(headers: dict[str, str], api_id: str, region: str) -> str:
    """The domain name a request was sent to: the one it says when that is the API's own, else AWS's."""
    host = headers.get("host", "").partition(":")[0]
    return host if host.startswith(f"{api_id}.") else f"{api_id}.execute-api.{region}.amazonaws.com"


def values_by_name(query: str) -> dict[str, list[str]]:
    """Every value of every query string parameter, decoded."""
    every: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        every.setdefault(name, []).append(value)
    return every
