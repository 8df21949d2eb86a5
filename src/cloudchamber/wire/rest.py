"""What rest-json and rest-xml share: where members stand in a request and in a response.

https://smithy.io/2.0/spec/http-bindings.html
"""

from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import msgspec

from cloudchamber.wire.base import Protocol
from cloudchamber.wire.errors import MalformedRequest, UnknownOperation
from cloudchamber.wire.http import HttpRequest, HttpResponse
from cloudchamber.wire.instants import formatter
from cloudchamber.wire.model import OperationModel, ServiceModel, Shape
from cloudchamber.wire.routing import Router, query_values
from cloudchamber.wire.text_values import text_reader

Body = bytes | AsyncIterator[bytes]
ReadBody = Callable[[bytes], dict[str, Any]]
WriteBody = Callable[[Mapping[str, Any]], tuple[Body, str | None]]
"""Gives the body and its content type, None when there is no body."""


def split_header_list(text: str) -> list[str]:
    """The values of a header that holds a list; a quoted value may hold commas and escaped quotes."""
    if '"' not in text:
        return [part.strip() for part in text.split(",")]
    values: list[str] = []
    current: list[str] = []
    quoted = False
    characters = iter(text)
    for character in characters:
        if quoted and character == "\\":
            current.append(next(characters, ""))
        elif character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            values.append("".join(current).strip())
            current = []
        else:
            current.append(character)
    return [*values, "".join(current).strip()]


def _dates_of_list(text: str) -> list[str]:
    parts = text.split(",")
    return [",".join(parts[at : at + 2]).strip() for at in range(0, len(parts), 2)]


def _json_of_header(text: str) -> Any:
    try:
        return msgspec.json.decode(b64decode(text))
    except msgspec.DecodeError as error:
        raise ValueError(text) from error


def _header_reader(shape: Shape) -> Callable[[str], Any]:
    if shape.jsonvalue:
        return _json_of_header
    if shape.type == "list":
        element = text_reader(shape.member)
        dates = shape.member.type == "timestamp" and shape.member.timestampFormat in (None, "rfc822")
        split = _dates_of_list if dates else split_header_list
        return lambda text: [element(part) for part in split(text)]
    return text_reader(shape)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' if "," in text or '"' in text else text


def _header_writer(shape: Shape) -> Callable[[Any], str]:
    if shape.jsonvalue:
        return lambda value: b64encode(msgspec.json.encode(value)).decode()
    if shape.type == "timestamp":
        return formatter(shape.timestampFormat or "rfc822")
    if shape.type == "boolean":
        return lambda value: "true" if value else "false"
    if shape.type == "list":
        element = _header_writer(shape.member)
        if shape.member.type == "string":
            return lambda values: ", ".join([_quoted(value) for value in values])
        return lambda values: ", ".join([element(value) for value in values])
    if shape.type == "blob":
        return lambda value: b64encode(value).decode()
    return str


class _Input:
    """Reads one operation's request; compiled once."""

    def __init__(self, operation: OperationModel, read_body: ReadBody | None) -> None:
        self.labels: list[tuple[str, str, Callable[[str], Any]]] = []
        self.headers: list[tuple[str, str, Callable[[str], Any]]] = []
        self.prefixes: list[tuple[str, str]] = []
        self.query: list[tuple[str, str, Callable[[str], Any], bool]] = []
        self.query_map: str | None = None
        self.read_body = read_body
        for name, member in (operation.input.members if operation.input is not None else {}).items():
            self._add(name, member)
        literals = query_values(operation.uri.partition("?")[2])
        self._bound = {wire for _, wire, _, _ in self.query} | set(literals)

    def _add(self, name: str, member: Shape) -> None:
        wire = member.locationName or name
        if member.location == "uri":
            self.labels.append((name, wire, text_reader(member)))
        elif member.location == "header":
            self.headers.append((name, wire.lower(), _header_reader(member)))
        elif member.location == "headers":
            self.prefixes.append((name, wire.lower()))
        elif member.location == "querystring" and member.type == "map":
            self.query_map = name
        elif member.location == "querystring":
            element = member.member if member.type == "list" else member
            self.query.append((name, wire, text_reader(element), member.type == "list"))

    def read(self, request: HttpRequest, labels: Mapping[str, str]) -> dict[str, Any]:
        result = self.read_body(request.body) if self.read_body is not None else {}
        for name, wire, convert in self.labels:
            result[name] = convert(labels[wire])
        headers = request.headers
        for name, wire, convert in self.headers:
            text = headers.get(wire)
            if text is not None:
                result[name] = convert(text)
        for name, prefix in self.prefixes:
            found = {key[len(prefix) :]: value for key, value in headers.items() if key.startswith(prefix)}
            if found:
                result[name] = found
        if request.query and (self.query or self.query_map):
            self._read_query(query_values(request.query), result)
        return result

    def _read_query(self, values: dict[str, list[str]], result: dict[str, Any]) -> None:
        for name, wire, convert, is_list in self.query:
            found = values.get(wire)
            if found is not None:
                result[name] = [convert(text) for text in found] if is_list else convert(found[-1])
        if self.query_map is not None:
            rest = {key: found[-1] for key, found in values.items() if key not in self._bound}
            if rest:
                result[self.query_map] = rest


class _Output:
    """Writes one operation's response; compiled once."""

    def __init__(self, operation: OperationModel, write_body: WriteBody) -> None:
        self.status = operation.response_code
        self.status_member: str | None = None
        self.headers: list[tuple[str, str, Callable[[Any], str]]] = []
        self.prefixes: list[tuple[str, str]] = []
        self.write_body = write_body
        for name, member in (operation.output.members if operation.output is not None else {}).items():
            wire = member.locationName or name
            if member.location == "header":
                self.headers.append((name, wire, _header_writer(member)))
            elif member.location == "headers":
                self.prefixes.append((name, wire))
            elif member.location == "statusCode":
                self.status_member = name

    def write(self, result: Mapping[str, Any], headers: list[tuple[str, str]]) -> HttpResponse:
        status = self.status
        if self.status_member is not None:
            status = result.get(self.status_member) or status
        content_type: str | None = None
        for name, wire, convert in self.headers:
            value = result.get(name)
            if value is not None:
                text = convert(value)
                headers.append((wire, text))
                if wire.lower() == "content-type":
                    content_type = text
        for name, prefix in self.prefixes:
            entries: Mapping[str, str] = result.get(name) or {}
            headers.extend((prefix + key, value) for key, value in entries.items())
        body, default_type = self.write_body(result)
        if content_type is None and default_type is not None:
            headers.append(("Content-Type", default_type))
        return HttpResponse(status, headers, body)


def body_members(shape: Shape | None) -> dict[str, Shape]:
    """The members that stand in the body of a structure without a payload member."""
    if shape is None:
        return {}
    return {name: member for name, member in shape.members.items() if member.location is None}


def raw_payload_reader(name: str, payload: Shape) -> ReadBody:
    """A body that is one blob or one text."""
    always = payload.streaming

    def read(body: bytes) -> dict[str, Any]:
        if not body and not always:
            return {}
        if payload.type == "blob":
            return {name: body}
        try:
            return {name: body.decode()}
        except UnicodeDecodeError:
            raise MalformedRequest("SerializationException", "The body is not UTF-8", 400) from None

    return read


def raw_payload_writer(name: str, content_type: str) -> WriteBody:
    """A body that is one blob, one text or an iterator of bytes."""

    def write(result: Mapping[str, Any]) -> tuple[Body, str | None]:
        value = result.get(name)
        if value is None:
            return b"", None
        return (value.encode() if isinstance(value, str) else value), content_type

    return write


class RestProtocol(Protocol):
    """Method and path mean the operation; members stand in path, query, headers and body."""

    def __init__(self, model: ServiceModel, name: str) -> None:
        super().__init__(model, name)
        self._router = Router(model)
        self._inputs: dict[str, _Input] = {}
        self._outputs: dict[str, _Output] = {}

    def operation(self, request: HttpRequest) -> tuple[str, Mapping[str, str]]:
        found = self._router.match(request.method, request.path, request.query, request.headers)
        if found is None:
            raise self._unknown(request)
        return found

    def _unknown(self, request: HttpRequest) -> UnknownOperation:
        return UnknownOperation("UnknownOperationException", "", 404)

    def _read_body(self, operation: OperationModel) -> ReadBody | None:
        raise NotImplementedError

    def _write_body(self, operation: OperationModel) -> WriteBody:
        raise NotImplementedError

    def _request_headers(self, request_id: str) -> list[tuple[str, str]]:
        return [("x-amzn-RequestId", request_id)]

    def _malformed_text(self) -> MalformedRequest:
        return MalformedRequest("SerializationException", "STRING_VALUE can not be converted", 400)

    def parse(
        self, operation: OperationModel, request: HttpRequest, labels: Mapping[str, str]
    ) -> dict[str, Any]:
        reader = self._inputs.get(operation.name)
        if reader is None:
            reader = self._inputs[operation.name] = _Input(operation, self._read_body(operation))
        try:
            return reader.read(request, labels)
        except ValueError:
            raise self._malformed_text() from None

    def serialize(
        self, operation: OperationModel, result: Mapping[str, Any], request_id: str
    ) -> HttpResponse:
        writer = self._outputs.get(operation.name)
        if writer is None:
            writer = self._outputs[operation.name] = _Output(operation, self._write_body(operation))
        return writer.write(result, self._request_headers(request_id))
