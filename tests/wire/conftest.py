"""botocore as the independent oracle: it builds the requests we parse and parses the responses we build."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import botocore.session
import pytest
from botocore.awsrequest import create_request_object, prepare_request_dict
from botocore.model import OperationModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from cloudchamber.wire.http import HttpRequest, HttpResponse

TEXTS = (
    "plain",
    "a b+c/d%2F&=?#",
    "ünï ☃ 𝄞",
    "<x a='1'>&\"]]>",
    " padded ",
    "line\nbreak\ttab",
    "null",
    "0",
    "true",
)
INSTANTS = (1_700_000_000, 1_422_172_800, 951_782_400)


class Samples:
    """Values for any shape: each next text differs, and lists and maps have two elements."""

    def __init__(self, depth_max=4, *, header_safe=True, blank_ok=False):
        self.count = 0
        self.depth_max = depth_max
        self.header_safe = header_safe

    def text(self, shape, member):
        self.count += 1
        if getattr(shape, "enum", None):
            return shape.enum[self.count % len(shape.enum)]
        location = member.get("location") if member else None
        if location in ("header", "headers"):
            return ("abc", "value-1", "x y")[self.count % 3]
        if location == "uri":
            return ("abc", "value-1", "x y+z")[self.count % 3]
        return TEXTS[self.count % len(TEXTS)]

    def of(self, shape, depth=0, member=None):
        kind = shape.type_name
        self.count += 1
        if kind == "structure":
            return self.structure(shape, depth)
        if kind == "list":
            return (
                [self.of(shape.member, depth + 1, member) for _ in range(2)] if depth < self.depth_max else []
            )
        if kind == "map":
            if depth >= self.depth_max:
                return {}
            keys = list(shape.key.enum)[:2] if getattr(shape.key, "enum", None) else ["k1", "k.2-x"]
            return {key: self.of(shape.value, depth + 1, member) for key in keys}
        if kind in ("string", "character"):
            return self.text(shape, member)
        if kind in ("integer", "long"):
            return self.count % 1000 - 7
        if kind in ("float", "double"):
            return (self.count % 100) / 4
        if kind == "boolean":
            return self.count % 2 == 0
        if kind == "blob":
            return b"\x00\xff blob %d" % self.count
        assert kind == "timestamp", kind
        return datetime.fromtimestamp(INSTANTS[self.count % len(INSTANTS)], UTC)

    def structure(self, shape, depth):
        if shape.metadata.get("document") or getattr(shape, "is_document_type", False):
            return {"free": ["form", 1, True, {"x": 1.5}]}
        names = list(shape.members)
        if getattr(shape, "is_tagged_union", False):
            names = names[self.count % len(names) :][:1]
        if depth >= self.depth_max and not getattr(shape, "is_tagged_union", False):
            names = [name for name in names if name in shape.required_members]
            if depth > self.depth_max + 4:
                names = []
        return {name: self.member(name, shape.members[name], depth) for name in names}

    def member(self, name, shape, depth):
        # An account id goes into a host name; AWS's S3 answers Expires as it was given, as text.
        special = {"AccountId": "123456789012", "Expires": "Tue, 29 Feb 2000 00:00:00 GMT"}
        if depth == 0 and name in special and shape.serialization.get("location") == "header":
            return special[name]
        return self.of(shape, depth + 1, shape.serialization)


def in_memory(value):
    """botocore's values as cloudchamber holds them: instants are epoch seconds, streams are read."""
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, dict):
        return {key: in_memory(item) for key, item in value.items()}
    if isinstance(value, list):
        return [in_memory(item) for item in value]
    if isinstance(value, Raw):
        return value.content
    return value


class Oracle:
    """One botocore session and what tests ask of it."""

    def __init__(self):
        self.session = botocore.session.get_session()
        self.models = {}

    def model(self, service):
        if service not in self.models:
            self.models[service] = self.session.get_service_model(service)
        return self.models[service]

    def operation(self, service, name) -> OperationModel:
        return self.model(service).operation_model(name)

    def request(self, service, name, params, protocol=None, endpoint="http://localhost:4566") -> HttpRequest:
        model = self.model(service)
        protocol = protocol or model.resolved_protocol
        serializer = create_serializer(protocol, include_validation=False)
        built = serializer.serialize_to_request(params, model.operation_model(name))
        prepare_request_dict(built, endpoint)
        prepared = create_request_object(built).prepare()
        _, _, rest = prepared.url.partition("://")
        target = rest[rest.find("/") :] if "/" in rest else "/" + rest[rest.find("?") :]
        path, _, query = target.partition("?")
        headers = {
            key.lower(): value.decode() if isinstance(value, bytes) else value
            for key, value in prepared.headers.items()
        }
        headers.setdefault("host", "localhost:4566")
        body = prepared.body or b""
        if not isinstance(body, str | bytes):
            body = body.read()
        return HttpRequest(
            prepared.method, path, query, headers, body.encode() if isinstance(body, str) else bytes(body)
        )

    def parse(self, service, name, response: HttpResponse, protocol=None):
        model = self.model(service)
        operation = model.operation_model(name)
        parser = create_parser(protocol or model.resolved_protocol)
        headers = Headers({key.lower(): value for key, value in response.headers})
        body = response.body
        streaming = operation.has_event_stream_output or operation.has_streaming_output
        raw = {"headers": headers, "status_code": response.status, "body": body}
        if streaming and response.status < 300:
            raw["body"] = Raw(body)
            raw["context"] = {"operation_name": name}
        return parser.parse(raw, operation.output_shape)


class Headers(dict):
    """Case-insensitive enough for the parsers."""

    def get(self, key, default=None):
        return super().get(key.lower(), default)

    def __getitem__(self, key):
        return super().__getitem__(key.lower())

    def __contains__(self, key):
        return super().__contains__(key.lower())


class Raw:
    """A streaming body as urllib3 would give it."""

    def __init__(self, content):
        self.content = content

    def stream(self, *_):
        yield self.content

    def read(self, *_):
        content, self.content = self.content, b""
        return content

    def close(self):
        pass


async def collect(body) -> bytes:
    """All bytes of a body."""
    if isinstance(body, bytes):
        return body
    assert isinstance(body, AsyncIterator)
    return b"".join([part async for part in body])


@pytest.fixture(scope="session")
def oracle():
    return Oracle()


@pytest.fixture
def samples():
    return Samples


@pytest.fixture(scope="session")
def to_memory():
    return in_memory


@pytest.fixture(scope="session")
def read_all():
    return collect
