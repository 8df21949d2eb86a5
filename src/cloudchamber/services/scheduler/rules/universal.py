"""Universal targets: `arn:aws:scheduler:::aws-sdk:service:apiAction`, with the request as JSON.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from cloudchamber.services.scheduler.errors import ValidationException
from cloudchamber.wire.model import OperationModel, Shape, load_model

MARK = ":::aws-sdk:"

# What AWS's SDKs call a service where botocore's folder has another name.
_NAMES = {
    "apigatewayv2": "apigatewayv2", "cloudwatchevents": "events", "cloudwatchlogs": "logs",
    "cognitoidentity": "cognito-identity", "cognitoidentityprovider": "cognito-idp", "configservice": "config",
    "databasemigrationservice": "dms", "ecrpublic": "ecr-public", "elasticloadbalancing": "elb",
    "elasticloadbalancingv2": "elbv2", "elasticsearchservice": "es", "eventbridge": "events", "sfn": "stepfunctions",
    "timestreamwrite": "timestream-write",
}  # fmt: skip

_READ_ONLY = (
    "get", "describe", "list", "poll", "receive", "search", "scan", "query", "select", "read", "lookup", "discover",
    "validate", "batchget", "batchdescribe", "batchread", "transactget", "adminget", "adminlist", "testmigration",
    "retrieve", "testconnection", "translatedocument", "isauthorized", "invokemodel",
)  # fmt: skip


@lru_cache(maxsize=1024)
def operation_of(arn: str) -> tuple[str, OperationModel]:
    """The service, by botocore's name, and the operation that a universal target calls. Raises ValidationException."""
    service, _, action = arn.partition(MARK)[2].partition(":")
    if not service or not action or ":" in action:
        raise ValidationException("Provided Arn is not in correct format.")
    if action.lower().startswith(_READ_ONLY):
        raise ValidationException(
            f"The api {action} of the service {service} is not supported: it only reads. See "
            "https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html"
            "#unsupported-api-actions"
        )
    try:
        model = load_model(_NAMES.get(service, service))
    except LookupError:
        raise ValidationException(f"The service {service} of the Arn {arn} does not exist.") from None
    for name, operation in model.operations.items():
        if name.lower() == action.lower():
            return _NAMES.get(service, service), operation
    raise ValidationException(f"The service {service} has no api {action}.")


def request_of(operation: OperationModel, text: str) -> dict[str, Any]:
    """The request that an Input means, in the names and types of the model. Raises ValidationException."""
    try:
        value = msgspec.json.decode(text or "{}")
    except msgspec.DecodeError:
        value = None
    if not isinstance(value, dict):
        raise ValidationException("Invalid RequestJson provided. Reason: the Input is not a JSON object.")
    return _shaped(operation.input, value, "") if operation.input else {}


def _shaped(shape: Shape, value: Any, path: str) -> Any:
    if shape.type == "structure" and isinstance(value, dict):
        members: dict[str, Any] = {}
        for name, inner in value.items():  # pyright: ignore[reportUnknownVariableType]
            found = _member(shape, str(name))  # pyright: ignore[reportUnknownArgumentType]
            if found is None:
                raise ValidationException(
                    f"Invalid RequestJson provided. Reason: the field '{path}{name}' does not exist."
                )
            members[found] = _shaped(shape.members[found], inner, f"{path}{name}.")
        return members
    if shape.type == "list" and isinstance(value, list):
        return [_shaped(shape.member, each, path) for each in value]  # pyright: ignore[reportUnknownVariableType]
    if shape.type == "map" and isinstance(value, dict):
        return {str(key): _shaped(shape.value, each, path) for key, each in value.items()}  # pyright: ignore
    return _scalar(shape, value, path)


def _member(shape: Shape, name: str) -> str | None:
    """The model's name of a member, which AWS's documentation of Scheduler writes with a capital."""
    for spelled in (name, name[:1].lower() + name[1:], name[:1].upper() + name[1:]):
        if spelled in shape.members:
            return spelled
    return None


def _scalar(shape: Shape, value: Any, path: str) -> Any:
    """A value in the type of the model: texts for blobs, ISO 8601 for instants."""
    kinds = _KINDS.get(shape.type)
    if value is None or kinds is None:
        return value
    if not isinstance(value, kinds) or (isinstance(value, bool) and shape.type != "boolean"):
        raise ValidationException(
            f"Invalid RequestJson provided. Reason: the field '{path.rstrip('.')}' is not of the type {shape.type}."
        )
    if shape.type == "blob" and isinstance(value, str):
        return value.encode()
    if shape.type == "timestamp" and isinstance(value, str):
        try:
            return datetime.fromisoformat(value).timestamp()
        except ValueError:
            raise ValidationException(
                f"Invalid RequestJson provided. Reason: the field '{path.rstrip('.')}' is no timestamp."
            ) from None
    return value


_KINDS: dict[str, type | tuple[type, ...]] = {
    "blob": str,
    "boolean": bool,
    "double": (int, float),
    "float": (int, float),
    "integer": int,
    "list": list,
    "long": int,
    "map": dict,
    "string": str,
    "structure": dict,
    "timestamp": (str, int, float),
}
