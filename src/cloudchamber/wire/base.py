"""What every protocol offers to the gateway."""

from collections.abc import Mapping
from typing import Any

from cloudchamber.wire.errors import WireError
from cloudchamber.wire.http import HttpRequest, HttpResponse
from cloudchamber.wire.model import OperationModel, ServiceModel


class Protocol:
    """Bytes <-> dict for one service in one protocol."""

    def __init__(self, model: ServiceModel, name: str) -> None:
        self.model = model
        self.name = name

    def operation(self, request: HttpRequest) -> tuple[str, Mapping[str, str]]:
        """The operation a request means, and the labels of its path. Raises UnknownOperation."""
        raise NotImplementedError

    def parse(
        self, operation: OperationModel, request: HttpRequest, labels: Mapping[str, str]
    ) -> dict[str, Any]:
        """The operation's input. Raises MalformedRequest with the protocol's own error code."""
        raise NotImplementedError

    def serialize(
        self, operation: OperationModel, result: Mapping[str, Any], request_id: str
    ) -> HttpResponse:
        """The answer. Members that are None count as absent."""
        raise NotImplementedError

    def serialize_error(
        self, error: WireError, request_id: str, operation: OperationModel | None = None
    ) -> HttpResponse:
        """The error in the form the service's SDKs expect."""
        raise NotImplementedError
