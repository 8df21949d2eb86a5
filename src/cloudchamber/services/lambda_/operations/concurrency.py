"""Reserved and provisioned concurrency.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.lambda_ import limits
from cloudchamber.services.lambda_.errors import (
    InvalidParameterValueException,
    ProvisionedConcurrencyConfigNotFoundException,
)
from cloudchamber.services.lambda_.model import LATEST, Provisioned
from cloudchamber.services.lambda_.operations.finding import Named, arn_of, check_qualifier, latest, named
from cloudchamber.services.lambda_.operations.paging import page
from cloudchamber.services.lambda_.records import PROVISIONED, RESERVED
from cloudchamber.services.lambda_.rules.configuration import modified_text


def put_function_concurrency(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html"""
    where, count = named(ctx, request), request["ReservedConcurrentExecutions"]
    latest(where)
    others = sum(RESERVED.values(where.ctx)) - (RESERVED.get(where.ctx, where.name) or 0)
    if limits.CONCURRENT_EXECUTIONS_MAX - others - count < limits.UNRESERVED_CONCURRENCY_MIN:
        raise InvalidParameterValueException(
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its "
            f"minimum value of [{limits.UNRESERVED_CONCURRENCY_MIN}].",
            Type="User",
        )
    RESERVED.put(where.ctx, count, where.name)
    return {"ReservedConcurrentExecutions": count}


def get_function_concurrency(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConcurrency.html"""
    where = named(ctx, request)
    latest(where)
    count = RESERVED.get(where.ctx, where.name)
    return {} if count is None else {"ReservedConcurrentExecutions": count}


def delete_function_concurrency(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionConcurrency.html"""
    where = named(ctx, request)
    latest(where)
    RESERVED.delete(where.ctx, where.name)
    return {}


# -- provisioned: recorded


def _described(provisioned: Provisioned) -> dict[str, Any]:
    return {
        "RequestedProvisionedConcurrentExecutions": provisioned.count,
        "AvailableProvisionedConcurrentExecutions": provisioned.count,
        "AllocatedProvisionedConcurrentExecutions": provisioned.count,
        "Status": "READY",
        "LastModified": modified_text(provisioned.modified_at_ms),
    }


def _qualified(ctx: Context, request: dict[str, Any]) -> Named:
    where = named(ctx, request)
    if where.qualifier == LATEST:
        raise InvalidParameterValueException(
            "Provisioned Concurrency Configs cannot be applied to unpublished function versions.", Type="User"
        )
    check_qualifier(where)
    return where


def put_provisioned_concurrency_config(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_PutProvisionedConcurrencyConfig.html"""
    where = _qualified(ctx, request)
    provisioned = Provisioned(where.qualifier, request["ProvisionedConcurrentExecutions"], ctx.now_ms)
    PROVISIONED.put(where.ctx, provisioned, where.name, where.qualifier)
    in_progress = {
        "Status": "IN_PROGRESS",
        "AvailableProvisionedConcurrentExecutions": 0,
        "AllocatedProvisionedConcurrentExecutions": 0,
    }
    return _described(provisioned) | in_progress


def get_provisioned_concurrency_config(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetProvisionedConcurrencyConfig.html"""
    where = _qualified(ctx, request)
    provisioned = PROVISIONED.get(where.ctx, where.name, where.qualifier)
    if provisioned is None:
        raise ProvisionedConcurrencyConfigNotFoundException(Type="User")
    return _described(provisioned)


def delete_provisioned_concurrency_config(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteProvisionedConcurrencyConfig.html"""
    where = _qualified(ctx, request)
    PROVISIONED.delete(where.ctx, where.name, where.qualifier)
    return {}


def list_provisioned_concurrency_configs(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_ListProvisionedConcurrencyConfigs.html"""
    where = named(ctx, request)
    latest(where)
    listed = [
        (one.qualifier, {"FunctionArn": arn_of(where.ctx, where.name, one.qualifier), **_described(one)})
        for one in PROVISIONED.values(where.ctx, where.name)
    ]
    return page(listed, request, "ProvisionedConcurrencyConfigs", limits.FUNCTIONS_PER_PAGE)
