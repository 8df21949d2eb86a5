"""What every event of a proxy integration tells alike.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import parse_qsl

import msgspec

SOURCE_IP = "127.0.0.1"


class ProxyRequest(msgspec.Struct, frozen=True):
    """A request that has found its API and stage: what every event is made from."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    raw_headers: list[tuple[str, str]]
    body: bytes
    account: str
    region: str
    api_id: str
    stage: str
    variables: dict[str, str]
    stage_variables: dict[str, str]
    request_id: str
    trace: str
    now_ms: int

    @property
    def domain_name(self) -> str:
        """The host name it was sent to, when that is the API's own; else the one AWS would give the API."""
        host = self.headers.get("host", "").partition(":")[0]
        if host.startswith(f"{self.api_id}."):
            return host
        return f"{self.api_id}.execute-api.{self.region}.amazonaws.com"


@lru_cache(maxsize=64)
def time_text(second: int) -> str:
    """An instant in seconds as access logs write it, e.g. `12/Mar/2020:19:03:58 +0000`."""
    return datetime.fromtimestamp(second, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")


def values_by_name(query: str) -> dict[str, list[str]]:
    """Every value of every query string parameter, decoded."""
    every: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        every.setdefault(name, []).append(value)
    return every
