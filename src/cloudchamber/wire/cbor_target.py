"""AWS JSON in CBOR: routed by `X-Amz-Target`, with a CBOR body. AWS's SDKs for Java speak it to Kinesis unless they are told
not to (`AWS_CBOR_DISABLE`). Event streams are not part of it here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudchamber.wire.cbor import CborProtocol
from cloudchamber.wire.errors import MalformedRequest, UnknownOperation
from cloudchamber.wire.http import HttpRequest, HttpResponse
from cloudchamber.wire.json_shapes import Convert, Converter
from cloudchamber.wire.model import ServiceModel, Shape

CONTENT_TYPE = "application/x-amz-cbor-1.1"


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MalformedRequest("SerializationException", "", 400)
    return value / 1000


def _milliseconds(value: float) -> int:
    return round(value * 1000)


class _Converter(Converter):
    """Instants are milliseconds since the epoch in this protocol, unlike in all others."""

    def _scalar(self, shape: Shape) -> Convert | None:
        if shape.type != "timestamp":
            return None
        return _seconds if self._inbound else _milliseconds


class CborTargetProtocol(CborProtocol):
    """POST / with `X-Amz-Target: Prefix.Operation` and a CBOR body."""

    def __init__(self, model: ServiceModel, name: str) -> None:
        super().__init__(model, name)
        self._inbound = _Converter(inbound=True, full=True)
        self._outbound = _Converter(inbound=False, full=True)

    def operation(self, request: HttpRequest) -> tuple[str, Mapping[str, str]]:
        prefix, _, name = request.headers.get("x-amz-target", "").rpartition(".")
        if (
            request.method != "POST"
            or prefix != self.model.target_prefix
            or name not in self.model.operations
        ):
            raise UnknownOperation("UnknownOperationException", "", 400)
        return name, {}

    def _response(self, status: int, body: bytes, request_id: str) -> HttpResponse:
        headers = [("x-amzn-RequestId", request_id), ("Content-Type", CONTENT_TYPE)]
        return HttpResponse(status, headers, body)
