"""AWS restJson1: https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html."""

from collections.abc import Mapping
from typing import Any

from cloudchamber.wire.errors import WireError
from cloudchamber.wire.eventstream import stream_writer
from cloudchamber.wire.http import HttpResponse
from cloudchamber.wire.json import error_members, error_type
from cloudchamber.wire.json_shapes import JsonCodec, encode
from cloudchamber.wire.model import OperationModel, ServiceModel
from cloudchamber.wire.rest import (
    Body,
    ReadBody,
    RestProtocol,
    WriteBody,
    body_members,
    raw_payload_reader,
    raw_payload_writer,
)

_JSON = "application/json"


class RestJsonProtocol(RestProtocol):
    """REST with JSON bodies."""

    def __init__(self, model: ServiceModel, name: str) -> None:
        super().__init__(model, name)
        self._codec = JsonCodec()
        # Lambda answers an invocation with the JSON its function returned.
        self._blob_type = _JSON if model.name in ("lambda", "bedrock-runtime") else "application/octet-stream"

    def _read_body(self, operation: OperationModel) -> ReadBody | None:
        shape = operation.input
        if shape is None:
            return None
        if shape.payload is None:
            members = body_members(shape)
            return self._codec.decoder(operation.name, members) if members else None
        name, payload = shape.payload, shape.members[shape.payload]
        if payload.type != "structure" or payload.eventstream:
            return raw_payload_reader(name, payload)
        decode = self._codec.decoder(payload.name, payload.members)
        return lambda body: {name: decode(body)} if body else {}

    def _write_body(self, operation: OperationModel) -> WriteBody:
        shape = operation.output
        if shape is None:
            return lambda result: (b"", None)
        if shape.payload is None:
            return self._structure_writer(operation)
        name, payload = shape.payload, shape.members[shape.payload]
        if payload.eventstream:
            stream = stream_writer(payload, self._codec, None, _JSON)
            return lambda result: (stream(result[name], {}), "application/vnd.amazon.eventstream")
        if payload.type != "structure":
            return raw_payload_writer(name, self._blob_type)
        write = self._codec.encoder(payload.members)
        return lambda result: (write(result[name]), _JSON) if result.get(name) is not None else (b"", None)

    def _structure_writer(self, operation: OperationModel) -> WriteBody:
        members = body_members(operation.output)
        if not members or operation.response_code == 204:
            return lambda result: (b"", None)
        write_members = self._codec.encoder(members)
        outside = [
            name for name in (operation.output.members if operation.output else {}) if name not in members
        ]

        def write(result: Mapping[str, Any]) -> tuple[Body, str | None]:
            if outside:
                result = {name: value for name, value in result.items() if name not in outside}
            return write_members(result), _JSON

        return write

    def serialize_error(
        self, error: WireError, request_id: str, operation: OperationModel | None = None
    ) -> HttpResponse:
        shape = self.model.error(error.code)
        headers = [
            ("x-amzn-RequestId", request_id),
            ("x-amzn-ErrorType", error_type(self.model, error.code, shape)),
            ("Content-Type", _JSON),
        ]
        members = error_members(error, shape)
        if shape is None:
            return HttpResponse(error.status, headers, encode(members))
        if "Type" in shape.members:
            # https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
            members.setdefault("Type", "User" if error.sender_fault else "Service")
        for name, member in shape.members.items():
            if member.location == "header" and name in members:
                headers.append((member.locationName or name, str(members.pop(name))))
        return HttpResponse(error.status, headers, self._codec.encoder(body_members(shape))(members))
