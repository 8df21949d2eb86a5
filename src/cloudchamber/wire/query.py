"""The query protocols: parameters in, XML out; `query` and its variant `ec2`.

https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from cloudchamber.wire.base import Protocol
from cloudchamber.wire.errors import MalformedRequest, UnknownOperation, WireError
from cloudchamber.wire.http import HttpRequest, HttpResponse
from cloudchamber.wire.instants import iso8601, iso8601_milliseconds
from cloudchamber.wire.model import OperationModel, ServiceModel, Shape
from cloudchamber.wire.text_values import text_reader
from cloudchamber.wire.xml_writer import XmlWriter, escape, location_name

Node = str | dict[str, Any]
Read = Callable[[Node], Any]

_OWN_TEXT = ""
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def parameters(request: HttpRequest) -> dict[str, str]:
    """The parameters of the query string and of a form body; a later one wins."""
    found: dict[str, str] = {}
    sources = [request.query]
    if request.body and "json" not in request.headers.get("content-type", ""):
        sources.append(request.body.decode("utf-8", "replace"))
    for source in sources:
        for pair in source.split("&"):
            if pair:
                name, _, value = pair.partition("=")
                if "%" in pair or "+" in pair:
                    name, value = unquote_plus(name), unquote_plus(value)
                found[name] = value
    return found


def parameter_tree(flat: Mapping[str, str]) -> dict[str, Any]:
    """`A.1.B=x` as nested dicts; a name with both a value and children keeps its value under ''."""
    root: dict[str, Any] = {}
    for name, value in flat.items():
        if "." not in name:
            known = root.get(name)
            if isinstance(known, dict):
                known[_OWN_TEXT] = value
            else:
                root[name] = value
            continue
        *path, last = name.split(".")
        node = root
        for part in path:
            child = node.get(part)
            if not isinstance(child, dict):
                child = node[part] = {} if child is None else {_OWN_TEXT: child}
            node = child
        known = node.get(last)
        if isinstance(known, dict):
            known[_OWN_TEXT] = value
        else:
            node[last] = value
    return root


def _malformed(text: str) -> MalformedRequest:
    return MalformedRequest("MalformedInput", text, 400)


def _numbered(node: Node) -> list[Any]:
    """Children of a list or map in the order of their numbers; an empty text is an empty list."""
    if isinstance(node, str):
        if node:
            raise _malformed("Unexpected complex element termination")
        return []
    entries: list[tuple[int, Any]] = []
    for index, child in node.items():
        if index.isascii() and index.isdigit() and len(index) < 10:
            entries.append((int(index), child))
        elif index != _OWN_TEXT:
            raise _malformed(f"Key {index} is not a number")
    entries.sort(key=lambda entry: entry[0])
    return [child for _, child in entries]


class _Reader:
    """Compiles shapes into readers of parameter trees."""

    def __init__(self, *, ec2: bool) -> None:
        self._ec2 = ec2
        self._compiled: dict[object, Read] = {}

    def members(self, members: Mapping[str, Shape]) -> Read:
        table: dict[str, list[tuple[str, Read]]] = {}
        self._fill(table, members)
        return _structure_reader(table)

    def name(self, name: str, shape: Shape) -> str:
        if shape.queryName:
            return shape.queryName
        if self._ec2:
            name = shape.locationName or name
            return name[:1].upper() + name[1:]
        if shape.type == "list" and shape.flattened and shape.member.locationName:
            return shape.member.locationName
        return shape.locationName or name

    def _fill(self, table: dict[str, list[tuple[str, Read]]], members: Mapping[str, Shape]) -> None:
        for name, member in members.items():
            table.setdefault(self.name(name, member), []).append((name, self.of(member)))

    def of(self, shape: Shape) -> Read:
        found = self._compiled.get(shape.compile_key)
        if found is not None:
            return found
        if shape.type == "structure":
            table: dict[str, list[tuple[str, Read]]] = {}
            read = self._compiled[shape.compile_key] = _structure_reader(table)
            self._fill(table, shape.members)
            return read
        if shape.type == "list":
            wrapper = None if self._ec2 or shape.flattened else shape.member.locationName or "member"
            read = _list_reader(self.of(shape.member), wrapper)
        elif shape.type == "map":
            names = (shape.key.locationName or "key", shape.value.locationName or "value")
            read = _map_reader(names, self.of(shape.value), flattened=shape.flattened)
        else:
            read = _scalar_reader(shape)
        self._compiled[shape.compile_key] = read
        return read


def _structure_reader(table: dict[str, list[tuple[str, Read]]]) -> Read:
    def read(node: Node) -> Any:
        result: dict[str, Any] = {}
        if isinstance(node, str):
            if node:
                raise _malformed("Unexpected complex element termination")
            return result
        for key, child in node.items():
            for name, inner in table.get(key, ()):
                result[name] = inner(child)
        return result

    return read


def _list_reader(element: Read, wrapper: str | None) -> Read:
    def read(node: Node) -> Any:
        if wrapper is not None and isinstance(node, dict):
            node = node.get(wrapper, "")
        return [element(child) for child in _numbered(node)]

    return read


def _map_reader(names: tuple[str, str], value: Read, *, flattened: bool) -> Read:
    key_name, value_name = names

    def read(node: Node) -> Any:
        if not flattened and isinstance(node, dict):
            node = node.get("entry", "")
        result: dict[str, Any] = {}
        for child in _numbered(node):
            key = child.get(key_name) if isinstance(child, dict) else None
            if not isinstance(key, str):
                raise _malformed(f"A map entry has no {key_name}")
            if value_name in child:
                result[key] = value(child[value_name])
        return result

    return read


def _scalar_reader(shape: Shape) -> Read:
    convert = text_reader(shape)

    def read(node: Node) -> Any:
        text = node if isinstance(node, str) else node.get(_OWN_TEXT)
        if text is None:
            raise _malformed("Unexpected complex element termination")
        try:
            return convert(text)
        except ValueError:
            raise _malformed(f"{text} is not a valid value for a parameter of type {shape.type}") from None

    return read


class QueryProtocol(Protocol):
    """`Action` and `Version` with the parameters, in the query string or in a form body."""

    def __init__(self, model: ServiceModel, name: str) -> None:
        super().__init__(model, name)
        self._ec2 = name == "ec2"
        self._reader = _Reader(ec2=self._ec2)
        self._writer = XmlWriter(self._element_name, iso8601_milliseconds if self._ec2 else iso8601)
        self._reads: dict[str, Read] = {}
        self._writes: dict[str, Callable[[Any], str]] = {}

    def _element_name(self, name: str, shape: Shape) -> str:
        if self._ec2:
            return location_name(name, shape)
        return shape.queryName or shape.locationName or name

    def operation(self, request: HttpRequest) -> tuple[str, Mapping[str, str]]:
        if request.method not in ("GET", "POST"):
            raise UnknownOperation("UnknownOperationException", "", 404)
        flat = parameters(request)
        action = flat.get("Action")
        if action is None:
            raise UnknownOperation("MissingAction", "The request must contain the parameter Action", 400)
        if action not in self.model.operations:
            if self._ec2:
                raise UnknownOperation(
                    "InvalidAction", f"The action {action} is not valid for this web service.", 400
                )
            version = flat.get("Version", self.model.api_version)
            text = f"Could not find operation {action} for version {version}"
            raise UnknownOperation("InvalidAction", text, 400)
        return action, flat

    def parse(
        self, operation: OperationModel, request: HttpRequest, labels: Mapping[str, str]
    ) -> dict[str, Any]:
        read = self._reads.get(operation.name)
        if read is None:
            members = operation.input.members if operation.input is not None else {}
            read = self._reads[operation.name] = self._reader.members(members)
        try:
            result = read(parameter_tree(labels or parameters(request)))
        except RecursionError:
            raise _malformed("The request is nested too deeply") from None
        if request.path != "/" and self.model.name == "sqs":
            self._add_queue_url(operation, request, result)
        return result

    def _add_queue_url(self, operation: OperationModel, request: HttpRequest, result: dict[str, Any]) -> None:
        # A query request to SQS may be sent to the URL of the queue itself.
        members = operation.input.members if operation.input is not None else {}
        if "QueueUrl" in members:
            scheme = request.headers.get("x-forwarded-proto", "http")
            result.setdefault("QueueUrl", f"{scheme}://{request.host}{request.path}")

    def serialize(
        self, operation: OperationModel, result: Mapping[str, Any], request_id: str
    ) -> HttpResponse:
        write = self._writes.get(operation.name)
        if write is None:
            members = operation.output.members if operation.output is not None else {}
            write = self._writes[operation.name] = self._writer.members(members)
        return self._xml(200, self._envelope(operation, write(result), request_id), request_id)

    def _envelope(self, operation: OperationModel, content: str, request_id: str) -> str:
        name = f"{operation.name}Response"
        opening = f'<{name} xmlns="{self.model.xml_namespace}">'
        if self._ec2:
            return f"{opening}<requestId>{escape(request_id)}</requestId>{content}</{name}>"
        if operation.output is not None:
            wrapper = operation.result_wrapper or f"{operation.name}Result"
            content = f"<{wrapper}>{content}</{wrapper}>"
        metadata = f"<ResponseMetadata><RequestId>{escape(request_id)}</RequestId></ResponseMetadata>"
        return f"{opening}{content}{metadata}</{name}>"

    def _xml(self, status: int, text: str, request_id: str) -> HttpResponse:
        headers = [("x-amzn-RequestId", request_id), ("Content-Type", "text/xml")]
        body = (_DECLARATION + text) if self._ec2 else text
        return HttpResponse(status, headers, body.encode())

    def serialize_error(
        self, error: WireError, request_id: str, operation: OperationModel | None = None
    ) -> HttpResponse:
        shape = self.model.error(error.code)
        code = shape.error.code if shape is not None and shape.error is not None else error.code
        core = f"<Code>{escape(code)}</Code><Message>{escape(error.message)}</Message>"
        if self._ec2:
            text = (
                f"<Response><Errors><Error>{core}</Error></Errors>"
                f"<RequestID>{escape(request_id)}</RequestID></Response>"
            )
            return self._xml(error.status, text, request_id)
        if shape is not None:
            extra = {name: value for name, value in error.members.items() if name.lower() != "message"}
            core += self._writer.content(shape)(extra)
        fault = "Sender" if error.sender_fault else "Receiver"
        text = (
            f'<ErrorResponse xmlns="{self.model.xml_namespace}"><Error><Type>{fault}</Type>{core}</Error>'
            f"<RequestId>{escape(request_id)}</RequestId></ErrorResponse>"
        )
        return self._xml(error.status, text, request_id)
