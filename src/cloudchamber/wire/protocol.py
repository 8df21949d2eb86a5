"""Chooses the protocol of a request: AWS lets several services be spoken to in more than one."""

from functools import cache

from cloudchamber.wire.base import Protocol
from cloudchamber.wire.errors import MalformedRequest, UnknownOperation, WireError
from cloudchamber.wire.http import HttpRequest, HttpResponse
from cloudchamber.wire.model import ServiceModel, load_model

__all__ = [
    "HttpRequest",
    "HttpResponse",
    "MalformedRequest",
    "Protocol",
    "UnknownOperation",
    "WireError",
    "protocol_for",
    "protocol_named",
]


@cache
def _protocol(service: str, name: str) -> Protocol:
    model = load_model(service)
    if name == "json":
        from cloudchamber.wire.json import JsonProtocol

        return JsonProtocol(model, name)
    if name in ("query", "ec2"):
        from cloudchamber.wire.query import QueryProtocol

        return QueryProtocol(model, name)
    if name == "rest-json":
        from cloudchamber.wire.rest_json import RestJsonProtocol

        return RestJsonProtocol(model, name)
    if name == "rest-xml":
        from cloudchamber.wire.rest_xml import RestXmlProtocol

        return RestXmlProtocol(model, name)
    if name == "json-cbor":
        from cloudchamber.wire.cbor_target import CborTargetProtocol

        return CborTargetProtocol(model, name)
    from cloudchamber.wire.cbor import CborProtocol

    return CborProtocol(model, name)


def protocol_named(model: ServiceModel, name: str) -> Protocol:
    """The protocol of this name ('json', 'query', 'ec2', 'rest-json', 'rest-xml', 'smithy-rpc-v2-cbor', 'json-cbor')."""
    return _protocol(model.name, name)


def protocol_for(model: ServiceModel, request: HttpRequest) -> Protocol:
    """The protocol this request speaks: told by its headers where the service has several."""
    protocols = model.protocols
    if "json" in protocols and request.headers.get("content-type") == "application/x-amz-cbor-1.1":
        return _protocol(model.name, "json-cbor")
    if len(protocols) == 1 and not model.query_compatible:
        return _protocol(model.name, protocols[0])
    headers = request.headers
    if headers.get("smithy-protocol") == "rpc-v2-cbor" and "smithy-rpc-v2-cbor" in protocols:
        return _protocol(model.name, "smithy-rpc-v2-cbor")
    if "x-amz-target" in headers and "json" in protocols:
        return _protocol(model.name, "json")
    form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    if (model.query_compatible or "query" in protocols) and (form or "Action=" in request.query):
        return _protocol(model.name, "query")
    return _protocol(model.name, protocols[0])
