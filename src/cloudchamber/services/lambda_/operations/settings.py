"""How a function's asynchronous events are treated, and what is to happen to loops and to its runtime.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Arn, Context
from cloudchamber.services.lambda_ import limits
from cloudchamber.services.lambda_.errors import InvalidParameterValueException, ResourceNotFoundException
from cloudchamber.services.lambda_.model import LATEST, EventInvoke
from cloudchamber.services.lambda_.operations.finding import Named, arn_of, check_qualifier, latest, named
from cloudchamber.services.lambda_.operations.paging import page
from cloudchamber.services.lambda_.records import EVENT_INVOKES, FUNCTIONS, RUNTIME_MANAGEMENT

_DESTINATIONS = ("sqs", "sns", "lambda", "events", "s3")


def _destination(request: dict[str, Any], member: str) -> str | None:
    config = request.get("DestinationConfig")
    if config is None:
        return None
    text = (config.get(member) or {}).get("Destination") or ""
    arn = Arn.parse(text)
    if text and (
        arn is None or arn.service not in _DESTINATIONS or (arn.service == "s3" and member == "OnSuccess")
    ):
        raise InvalidParameterValueException(
            f"The provided destination config DestinationConfig({member}) is invalid: {text}", Type="User"
        )
    return text


def _described(where: Named, config: EventInvoke) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "LastModified": config.modified_at_ms / 1000,
        "FunctionArn": arn_of(where.ctx, where.name, config.qualifier),
        "DestinationConfig": {
            "OnSuccess": {"Destination": config.on_success} if config.on_success else {},
            "OnFailure": {"Destination": config.on_failure} if config.on_failure else {},
        },
    }
    if config.retry_attempts is not None:
        answer["MaximumRetryAttempts"] = config.retry_attempts
    if config.event_age_s is not None:
        answer["MaximumEventAgeInSeconds"] = config.event_age_s
    return answer


def _named(ctx: Context, request: dict[str, Any]) -> tuple[Named, str]:
    where = named(ctx, request)
    check_qualifier(where)
    return where, where.qualifier or LATEST


def put_function_event_invoke_config(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Replaces the whole configuration. https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html"""
    where, qualifier = _named(ctx, request)
    config = EventInvoke(
        qualifier,
        ctx.now_ms,
        request.get("MaximumRetryAttempts"),
        request.get("MaximumEventAgeInSeconds"),
        _destination(request, "OnSuccess") or "",
        _destination(request, "OnFailure") or "",
    )
    EVENT_INVOKES.put(where.ctx, config, where.name, qualifier)
    return _described(where, config)


def _config_in(where: Named, qualifier: str) -> EventInvoke:
    config = EVENT_INVOKES.get(where.ctx, where.name, qualifier)
    if config is None:
        raise ResourceNotFoundException(
            f"The function {arn_of(where.ctx, where.name, qualifier)} doesn't have an EventInvokeConfig",
            Type="User",
        )
    return config


def update_function_event_invoke_config(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionEventInvokeConfig.html"""
    where, qualifier = _named(ctx, request)
    config = _config_in(where, qualifier)
    changes = {
        "retry_attempts": request.get("MaximumRetryAttempts"),
        "event_age_s": request.get("MaximumEventAgeInSeconds"),
        "on_success": _destination(request, "OnSuccess"),
        "on_failure": _destination(request, "OnFailure"),
    }
    given = {name: value for name, value in changes.items() if value is not None}
    config = msgspec.structs.replace(config, modified_at_ms=ctx.now_ms, **given)
    EVENT_INVOKES.put(where.ctx, config, where.name, qualifier)
    return _described(where, config)


def get_function_event_invoke_config(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionEventInvokeConfig.html"""
    where, qualifier = _named(ctx, request)
    return _described(where, _config_in(where, qualifier))


def delete_function_event_invoke_config(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionEventInvokeConfig.html"""
    where, qualifier = _named(ctx, request)
    _config_in(where, qualifier)
    EVENT_INVOKES.delete(where.ctx, where.name, qualifier)
    return {}


def list_function_event_invoke_configs(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionEventInvokeConfigs.html"""
    where = named(ctx, request)
    latest(where)
    configs = EVENT_INVOKES.values(where.ctx, where.name)
    listed = [(config.qualifier, _described(where, config)) for config in configs]
    return page(listed, request, "FunctionEventInvokeConfigs", limits.FUNCTIONS_PER_PAGE)


# -- loops


def put_function_recursion_config(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionRecursionConfig.html"""
    where = named(ctx, request)
    function = msgspec.structs.replace(latest(where), recursive_loop=request["RecursiveLoop"])
    FUNCTIONS.put(where.ctx, function, where.name)
    return {"RecursiveLoop": function.recursive_loop}


def get_function_recursion_config(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionRecursionConfig.html"""
    return {"RecursiveLoop": latest(named(ctx, request)).recursive_loop}


# -- runtime management: recorded


def put_runtime_management_config(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_PutRuntimeManagementConfig.html"""
    where, qualifier = _named(ctx, request)
    if request["UpdateRuntimeOn"] == "Manual" and not request.get("RuntimeVersionArn"):
        raise InvalidParameterValueException(
            "RuntimeVersionArn is required when UpdateRuntimeOn is Manual.", Type="User"
        )
    config = {
        "UpdateRuntimeOn": request["UpdateRuntimeOn"],
        "FunctionArn": arn_of(where.ctx, where.name, where.qualifier),
    }
    if request.get("RuntimeVersionArn"):
        config["RuntimeVersionArn"] = request["RuntimeVersionArn"]
    RUNTIME_MANAGEMENT.put(where.ctx, config, where.name, qualifier)
    return config


def get_runtime_management_config(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetRuntimeManagementConfig.html"""
    where, qualifier = _named(ctx, request)
    return RUNTIME_MANAGEMENT.get(where.ctx, where.name, qualifier) or {
        "UpdateRuntimeOn": "Auto",
        "FunctionArn": arn_of(where.ctx, where.name, where.qualifier),
    }
