"""AWS JSON 1.0 and 1.1: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any
from zlib import crc32

from cloudchamber.wire.base import Protocol
from cloudchamber.wire.errors import UnknownOperation, WireError
from cloudchamber.wire.eventstream import stream_writer
from cloudchamber.wire.http import HttpRequest, HttpResponse
from cloudchamber.wire.json_shapes import JsonCodec, encode
from cloudchamber.wire.model import OperationModel, ServiceModel, Shape

# Services that qualify the error's name; the others write it bare.
_NAMESPACES = {
    "sqs": "com.amazonaws.sqs#",
    "dynamodb": "com.amazonaws.dynamodb.v20120810#",
    "dynamodbstreams": "com.amazonaws.dynamodb.v20120810#",
    "cloudwatch": "com.amazonaws.cloudwatch#",
}
_FRAMEWORK_ERRORS = {
    "AccessDeniedException": "com.amazon.coral.service#AccessDeniedException",
    "ExpiredTokenException": "com.amazon.coral.service#ExpiredTokenException",
    "IncompleteSignatureException": "com.amazon.coral.service#IncompleteSignatureException",
    "InternalFailure": "com.amazon.coral.service#InternalFailure",
    "InvalidSignatureException": "com.amazon.coral.service#InvalidSignatureException",
    "MissingAuthenticationTokenException": "com.amazon.coral.service#MissingAuthenticationTokenException",
    "SerializationException": "com.amazon.coral.service#SerializationException",
    "ThrottlingException": "com.amazon.coral.availability#ThrottlingException",
    "UnknownOperationException": "com.amazon.coral.service#UnknownOperationException",
    "UnrecognizedClientException": "com.amazon.coral.service#UnrecognizedClientException",
    "ValidationException": "com.amazon.coral.validate#ValidationException",
}


# Authentication fails before a protocol is known; the JSON protocols have names of their own for it.
# https://docs.aws.amazon.com/awssupport/latest/APIReference/CommonErrors.html
_COMMON_NAMES = {
    "IncompleteSignature": "IncompleteSignatureException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "MissingAuthenticationToken": "MissingAuthenticationTokenException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
}


def error_type(model: ServiceModel, code: str, shape: Shape | None) -> str:
    """The `__type` of an error: its shape's name, qualified where the service does so."""
    if shape is None:
        code = _COMMON_NAMES.get(code, code)
        return _FRAMEWORK_ERRORS.get(code, code) if model.name in _NAMESPACES else code
    return _NAMESPACES.get(model.name, "") + shape.name


def query_error_header(model: ServiceModel, error: WireError, shape: Shape | None) -> tuple[str, str] | None:
    """The header that keeps the query protocol's error code alive after a service left that protocol.

    https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait
    """
    if not model.query_compatible:
        return None
    trait = shape.error if shape is not None else None
    code = trait.code if trait is not None else error.code
    return "x-amzn-query-error", f"{code};{'Sender' if error.sender_fault else 'Receiver'}"


def error_members(error: WireError, shape: Shape | None) -> dict[str, Any]:
    """The error's members with its message under the name the shape gives it."""
    members = {name: value for name, value in error.members.items() if value is not None}
    if error.message:
        capital = shape is not None and "Message" in shape.members and "message" not in shape.members
        members["Message" if capital else "message"] = error.message
    return members


class JsonProtocol(Protocol):
    """POST / with `X-Amz-Target: Prefix.Operation` and a JSON body."""

    def __init__(self, model: ServiceModel, name: str) -> None:
        super().__init__(model, name)
        self._content_type = ("Content-Type", f"application/x-amz-json-{model.json_version}")
        self._checksummed = model.name.startswith("dynamodb")
        self._codec = JsonCodec()
        self._targets: dict[str, tuple[str, Mapping[str, str]]] = {}
        self._decoders: dict[str, Callable[[bytes], dict[str, Any]]] = {}
        self._encoders: dict[str, Callable[[Mapping[str, Any]], bytes | AsyncIterator[bytes]]] = {}

    def operation(self, request: HttpRequest) -> tuple[str, Mapping[str, str]]:
        if request.method != "POST":
            raise UnknownOperation("UnknownOperationException", "", 404)
        target = request.headers.get("x-amz-target", "")
        known = self._targets.get(target)
        if known is None:
            prefix, _, name = target.rpartition(".")
            if prefix != self.model.target_prefix or name not in self.model.operations:
                raise UnknownOperation("UnknownOperationException", "", 400)
            known = self._targets[target] = (name, {})
        return known

    def parse(
        self, operation: OperationModel, request: HttpRequest, labels: Mapping[str, str]
    ) -> dict[str, Any]:
        decode = self._decoders.get(operation.name)
        if decode is None:
            members = operation.input.members if operation.input is not None else {}
            decode = self._decoders[operation.name] = self._codec.decoder(operation.name, members)
        return decode(request.body)

    def serialize(
        self, operation: OperationModel, result: Mapping[str, Any], request_id: str
    ) -> HttpResponse:
        write = self._encoders.get(operation.name)
        if write is None:
            write = self._encoders[operation.name] = self._writer(operation)
        if operation.output is None:
            return self._response(200, b"", request_id)
        body = write(result)
        if isinstance(body, bytes):
            return self._response(200, body, request_id)
        headers = [("x-amzn-RequestId", request_id), ("Content-Type", "application/vnd.amazon.eventstream")]
        return HttpResponse(200, headers, body)

    def _writer(
        self, operation: OperationModel
    ) -> Callable[[Mapping[str, Any]], bytes | AsyncIterator[bytes]]:
        members = operation.output.members if operation.output is not None else {}
        name = next((name for name, member in members.items() if member.eventstream), None)
        if name is None:
            return self._codec.encoder(members)
        beside = {key: member for key, member in members.items() if key != name}
        stream = stream_writer(members[name], self._codec, None, self._content_type[1], beside)
        return lambda result: stream(
            result[name], {key: value for key, value in result.items() if key != name}
        )

    def _response(self, status: int, body: bytes, request_id: str) -> HttpResponse:
        headers = [("x-amzn-RequestId", request_id), self._content_type]
        if self._checksummed:
            # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
            headers.append(("x-amz-crc32", str(crc32(body))))
        return HttpResponse(status, headers, body)

    def serialize_error(
        self, error: WireError, request_id: str, operation: OperationModel | None = None
    ) -> HttpResponse:
        shape = self.model.error(error.code)
        body = {"__type": error_type(self.model, error.code, shape), **error_members(error, shape)}
        response = self._response(error.status, encode(body), request_id)
        header = query_error_header(self.model, error, shape)
        if header is not None:
            response.headers.append(header)
        return response
