"""botocore's service models, read from their files without importing botocore.

Nothing is built before it is asked for: operations and shapes are made on first use and kept by their model.
"""

import gzip
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from cloudchamber.wire.sqs_query import add_query_traits

_COMPILE_TRAITS = ("flattened", "timestampFormat", "jsonvalue", "streaming", "xmlNamespace", "enum")
_REF_TRAITS = (
    *_COMPILE_TRAITS,
    "location",
    "locationName",
    "queryName",
    "idempotencyToken",
    "xmlAttribute",
    "eventpayload",
    "eventheader",
    "hostLabel",
)


class ErrorTrait:
    """How an error shape is reported: HTTP status, code of the query protocols, and who is at fault."""

    __slots__ = ("code", "httpStatusCode", "senderFault")

    def __init__(self, code: str, status: int, sender_fault: bool) -> None:
        self.code = code
        self.httpStatusCode = status
        self.senderFault = sender_fault


class Shape:
    """One shape as one member refers to it: the traits of the reference override those of the shape."""

    def __init__(self, service: "ServiceModel", name: str, raw: dict[str, Any], ref: dict[str, Any]) -> None:
        self.service = service
        self.name = name
        self.raw = raw
        self.type: str = raw["type"]
        merged = {**raw, **{trait: ref[trait] for trait in _REF_TRAITS if trait in ref}}
        self.required: tuple[str, ...] = tuple(raw.get("required", ()))
        self.min: float | None = raw.get("min")
        self.max: float | None = raw.get("max")
        self.pattern: str | None = raw.get("pattern")
        self.enum: tuple[str, ...] = tuple(merged.get("enum", ()))
        self.payload: str | None = raw.get("payload")
        self.exception: bool = raw.get("exception", False)
        self.union: bool = raw.get("union", False)
        self.document: bool = raw.get("document", False)
        self.sensitive: bool = raw.get("sensitive", False)
        self.event: bool = raw.get("event", False)
        self.eventstream: bool = raw.get("eventstream", False)
        self.flattened: bool = merged.get("flattened", False)
        self.streaming: bool = merged.get("streaming", False)
        self.location: str | None = merged.get("location")
        self.locationName: str | None = merged.get("locationName")
        self.queryName: str | None = merged.get("queryName")
        self.timestampFormat: str | None = merged.get("timestampFormat")
        self.idempotencyToken: bool = merged.get("idempotencyToken", False)
        self.jsonvalue: bool = merged.get("jsonvalue", False)
        self.xmlAttribute: bool = merged.get("xmlAttribute", False)
        self.xmlNamespace: Any = merged.get("xmlNamespace")
        self.eventpayload: bool = merged.get("eventpayload", False)
        self.eventheader: bool = merged.get("eventheader", False)
        self.hostLabel: bool = merged.get("hostLabel", False)
        self.compile_key = (
            name,
            self.flattened,
            self.timestampFormat,
            self.jsonvalue,
            str(self.xmlNamespace),
        )

    def __repr__(self) -> str:
        return f"<Shape {self.name} {self.type}>"

    @cached_property
    def members(self) -> dict[str, "Shape"]:
        """Members of a structure by AWS's names, in the order of the model."""
        return {name: self.service.shape_of(ref) for name, ref in self.raw.get("members", {}).items()}

    @cached_property
    def member(self) -> "Shape":
        """The shape of a list's elements."""
        return self.service.shape_of(self.raw["member"])

    @cached_property
    def key(self) -> "Shape":
        """The shape of a map's keys."""
        return self.service.shape_of(self.raw["key"])

    @cached_property
    def value(self) -> "Shape":
        """The shape of a map's values."""
        return self.service.shape_of(self.raw["value"])

    @cached_property
    def error(self) -> ErrorTrait | None:
        """The error trait of an exception shape, with the query code defaulting to the shape's name."""
        if not self.exception:
            return None
        trait = self.raw.get("error", {})
        fault = self.raw.get("fault", False)
        return ErrorTrait(
            trait.get("code", self.name),
            trait.get("httpStatusCode", 500 if fault else 400),
            trait.get("senderFault", not fault),
        )


class OperationModel:
    """One operation: its HTTP binding, input, output and errors."""

    def __init__(self, service: "ServiceModel", raw: dict[str, Any]) -> None:
        http = raw["http"]
        self.service = service
        self.raw = raw
        self.name: str = raw["name"]
        self.method: str = http["method"]
        self.uri: str = http["requestUri"]
        self.response_code: int = http.get("responseCode", 200)
        self.result_wrapper: str | None = raw.get("output", {}).get("resultWrapper")

    def __repr__(self) -> str:
        return f"<OperationModel {self.name}>"

    @cached_property
    def input(self) -> Shape | None:
        """The input structure; its `locationName` and `xmlNamespace` name the root of a rest-xml body."""
        return self.service.shape_of(self.raw["input"]) if "input" in self.raw else None

    @cached_property
    def output(self) -> Shape | None:
        """The output structure, or None when the operation answers nothing."""
        return self.service.shape_of(self.raw["output"]) if "output" in self.raw else None

    @cached_property
    def errors(self) -> tuple[Shape, ...]:
        """The error shapes the model lists for this operation."""
        return tuple(self.service.shape_of(ref) for ref in self.raw.get("errors", ()))


class _Operations(Mapping[str, OperationModel]):
    """Operations by name, each built when it is first looked up."""

    def __init__(self, service: "ServiceModel", raw: dict[str, Any]) -> None:
        self._service = service
        self._raw = raw
        self._built: dict[str, OperationModel] = {}

    def __getitem__(self, name: str) -> OperationModel:
        operation = self._built.get(name)
        if operation is None:
            operation = self._built[name] = OperationModel(self._service, self._raw[name])
        return operation

    def __contains__(self, name: object) -> bool:
        return name in self._raw

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)


class ServiceModel:
    """The newest model that botocore carries for one service."""

    def __init__(self, name: str, raw: dict[str, Any]) -> None:
        metadata: dict[str, Any] = raw["metadata"]
        self.name = name
        self.metadata = metadata
        self.api_version: str = metadata["apiVersion"]
        self.protocols: tuple[str, ...] = tuple(metadata.get("protocols") or [metadata["protocol"]])
        self.query_compatible: bool = "awsQueryCompatible" in metadata
        self.takes_compressed: bool = any("requestcompression" in each for each in raw["operations"].values())
        self.target_prefix: str = metadata.get("targetPrefix", "")
        self.json_version: str = metadata.get("jsonVersion", "1.0")
        self.endpoint_prefix: str = metadata["endpointPrefix"]
        self.signing_name: str = metadata.get("signingName", self.endpoint_prefix)
        self.service_id: str = metadata["serviceId"]
        self.xml_namespace: str = metadata.get("xmlNamespace", "")
        self.operations: Mapping[str, OperationModel] = _Operations(self, raw["operations"])
        self._raw_shapes: dict[str, dict[str, Any]] = raw["shapes"]
        self._shapes: dict[object, Shape] = {}

    def __repr__(self) -> str:
        return f"<ServiceModel {self.name} {self.api_version}>"

    def shape(self, name: str) -> Shape:
        """The shape of this name without the traits of any reference. Raises KeyError."""
        return self.shape_of({"shape": name})

    def shape_of(self, ref: dict[str, Any]) -> Shape:
        """The shape a reference means; equal references share one Shape."""
        name: str = ref["shape"]
        key = (name, *((trait, str(ref[trait])) for trait in _REF_TRAITS if trait in ref))
        shape = self._shapes.get(key)
        if shape is None:
            shape = self._shapes[key] = Shape(self, name, self._raw_shapes[name], ref)
        return shape

    @cached_property
    def _error_names(self) -> dict[str, str]:
        exceptions = {name: raw for name, raw in self._raw_shapes.items() if raw.get("exception")}
        by_code = {
            raw["error"]["code"]: name for name, raw in exceptions.items() if "code" in raw.get("error", {})
        }
        return {**by_code, **{name: name for name in exceptions}}

    def error(self, shape_name: str) -> Shape | None:
        """The error shape of this name (or of this query code), or None when it is no modelled error."""
        name = self._error_names.get(shape_name)
        return self.shape(name) if name is not None else None


@cache
def _data_folder() -> Path:
    spec = find_spec("botocore")
    if spec is None or spec.origin is None:
        message = "botocore is not installed: its models describe every operation"
        raise ModuleNotFoundError(message)
    return Path(spec.origin).parent / "data"


def _model_file(folder: Path) -> Path | None:
    for version in sorted((path for path in folder.iterdir() if path.is_dir()), reverse=True):
        for name in ("service-2.json.gz", "service-2.json"):
            if (version / name).exists():
                return version / name
    return None


@cache
def service_names() -> tuple[str, ...]:
    """Names of all services botocore describes, as botocore spells them."""
    folders = sorted(path for path in _data_folder().iterdir() if path.is_dir())
    return tuple(folder.name for folder in folders if _model_file(folder) is not None)


@cache
def load_model(service: str) -> ServiceModel:
    """The model of a service by botocore's name ('sqs', 'apigatewayv2'). Raises KeyError."""
    folder = _data_folder() / service
    file = _model_file(folder) if service.replace("-", "").isalnum() and folder.is_dir() else None
    if file is None:
        raise KeyError(service)
    content = file.read_bytes()
    raw = msgspec.json.decode(gzip.decompress(content) if file.suffix == ".gz" else content)
    if service == "sqs":
        add_query_traits(raw)
    return ServiceModel(service, raw)
