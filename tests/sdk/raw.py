"""Requests as bytes say them, for what no SDK would send."""

from __future__ import annotations

import http.client
import json
from typing import Any, NamedTuple
from xml.etree import ElementTree


class Answer(NamedTuple):
    """What came back; `code` and `text` are read from the form of any protocol."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def _said(self) -> dict[str, str]:
        if self.body.startswith(b"<"):
            found = ElementTree.fromstring(self.body).iter()
            return {element.tag.rpartition("}")[2].lower(): element.text or "" for element in found}
        said = {name.lower(): value for name, value in json.loads(self.body or b"{}").items()}
        return said | {"code": self.headers.get("x-amzn-errortype") or said.get("__type", "")}

    @property
    def code(self) -> str:
        return self._said["code"].rpartition("#")[2]

    @property
    def text(self) -> str:
        return self._said.get("message", "")


class Request(NamedTuple):
    """One request as bytes would say it."""

    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] | None = None

    def told(self, headers: dict[str, str]) -> Request:
        """The same with further headers."""
        return self._replace(headers=(self.headers or {}) | headers)

    def send(self, endpoint: str) -> Answer:
        connection = http.client.HTTPConnection(endpoint.partition("//")[2], timeout=20)
        try:
            connection.request(self.method, self.path, self.body, self.headers or {})
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, headers, response.read())
        finally:
            connection.close()


def signed(service: str) -> dict[str, str]:
    scope = f"test/20260101/us-east-1/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"}


def target(name: str, body: bytes, version: str = "1.1", method: str = "POST") -> Request:
    headers = {"X-Amz-Target": name, "Content-Type": f"application/x-amz-json-{version}"}
    return Request(method, "/", body, headers)


def form(service: str, text: str, method: str = "POST") -> Request:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return Request(method, "/", text.encode("latin-1"), signed(service) | kind)


def rest(service: str, line: str, body: Any = b"", **headers: str) -> Request:
    method, path = line.split(" ")
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(method, path, content, signed(service) | named)
