"""API keys and usage plans.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.apigateway import limits
from cloudchamber.services.apigateway.errors import (
    BadRequestException,
    ConflictException,
    NotFoundException,
    invalid,
)
from cloudchamber.services.apigateway.model import Members, Part
from cloudchamber.services.apigateway.operations.asking import given, page
from cloudchamber.services.apigateway.records import KEY_VALUES, KEYS, PLAN_KEYS, PLANS, stage_of
from cloudchamber.services.apigateway.rules.patching import patched


def _key(ctx: Context, key_id: str) -> Part:
    key = KEYS.get(ctx, key_id)
    if key is None:
        raise NotFoundException("Invalid API Key identifier specified")
    return key


def _shown(members: Members, *, value: bool) -> Members:
    return members if value else {k: v for k, v in members.items() if k != "value"}


def create_api_key(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_CreateApiKey.html"""
    value = request.get("value") or ctx.ids.text(40)
    if len(value) < limits.API_KEY_LENGTH_MIN:
        raise BadRequestException("API Key value should be at least 20 characters")
    if KEY_VALUES.has(ctx, value):
        raise ConflictException("API Key already exists")
    key_id, now_s = ctx.ids.text(10), ctx.now_ms // 1000
    stages = [f"{s['restApiId']}/{s['stageName']}" for s in request.get("stageKeys") or ()]
    members = {
        "id": key_id, "value": value, "enabled": False, "createdDate": now_s, "lastUpdatedDate": now_s,
    } | given(request, "generateDistinctId", "value", "stageKeys")  # fmt: skip
    members["stageKeys"] = stages
    KEYS.put(ctx, Part(key_id, members), key_id)
    KEY_VALUES.put(ctx, key_id, value)
    return members


def get_api_key(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetApiKey.html"""
    return _shown(_key(ctx, request["apiKey"]).members, value=bool(request.get("includeValue")))


def get_api_keys(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetApiKeys.html"""
    name, customer = request.get("nameQuery") or "", request.get("customerId")
    found = [
        _shown(key.members, value=bool(request.get("includeValues")))
        for key in KEYS.values(ctx)
        if key.members.get("name", "").startswith(name) and customer in (None, key.members.get("customerId"))
    ]
    return page(found, request)


def update_api_key(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateApiKey.html"""
    key = _key(ctx, request["apiKey"])
    fixed = ("id", "value", "createdDate", "tags")
    members = patched(key.members, request.get("patchOperations"), fixed=fixed)
    members["lastUpdatedDate"] = ctx.now_ms // 1000
    KEYS.put(ctx, Part(key.id, members), key.id)
    return _shown(members, value=False)


def delete_api_key(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteApiKey.html"""
    key = _key(ctx, request["apiKey"])
    KEYS.delete(ctx, key.id)
    KEY_VALUES.delete(ctx, key.members["value"])
    for plan in PLANS.values(ctx):
        PLAN_KEYS.delete(ctx, plan.id, key.id)
    return {}


def _plan(ctx: Context, plan_id: str) -> Part:
    plan = PLANS.get(ctx, plan_id)
    if plan is None:
        raise invalid("Usage Plan")
    return plan


def create_usage_plan(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_CreateUsagePlan.html"""
    plan_id = ctx.ids.text(6)
    members: Members = {"apiStages": []} | given(request) | {"id": plan_id}
    for stage in members["apiStages"]:
        stage_of(ctx, stage["apiId"], stage["stage"])
    PLANS.put(ctx, Part(plan_id, members), plan_id)
    return members


def get_usage_plan(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetUsagePlan.html"""
    return _plan(ctx, request["usagePlanId"]).members


def get_usage_plans(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetUsagePlans.html"""
    key_id = request.get("keyId")
    plans = [p for p in PLANS.values(ctx) if key_id is None or PLAN_KEYS.has(ctx, p.id, key_id)]
    return page([plan.members for plan in plans], request)


def update_usage_plan(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateUsagePlan.html"""
    plan = _plan(ctx, request["usagePlanId"])
    operations = request.get("patchOperations") or []
    stages: list[dict[str, str]] = list(plan.members["apiStages"])
    for operation in [o for o in operations if o.get("path") == "/apiStages"]:
        api_id, _, stage = (operation.get("value") or "").partition(":")
        stages = [s for s in stages if (s["apiId"], s["stage"]) != (api_id, stage)]
        if operation.get("op") == "add":
            stage_of(ctx, api_id, stage)
            stages.append({"apiId": api_id, "stage": stage})
    others = [o for o in operations if o.get("path") != "/apiStages"]
    members = patched(plan.members, others, fixed=("id", "tags", "apiStages")) | {"apiStages": stages}
    PLANS.put(ctx, Part(plan.id, members), plan.id)
    return members


def delete_usage_plan(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteUsagePlan.html"""
    plan = _plan(ctx, request["usagePlanId"])
    if plan.members["apiStages"]:
        raise BadRequestException(
            f"Cannot delete Usage Plan {plan.id} because API stages are associated with it"
        )
    PLANS.delete(ctx, plan.id)
    PLAN_KEYS.delete_all(ctx, plan.id)
    return {}


def _plan_key(key: Part) -> dict[str, Any]:
    found = {"id": key.id, "type": "API_KEY", "value": key.members["value"]}
    return found | ({"name": key.members["name"]} if key.members.get("name") else {})


def create_usage_plan_key(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_CreateUsagePlanKey.html"""
    plan, key = _plan(ctx, request["usagePlanId"]), _key(ctx, request["keyId"])
    if request["keyType"] != "API_KEY":
        raise BadRequestException("Invalid key type. Valid values are [API_KEY]")
    if PLAN_KEYS.has(ctx, plan.id, key.id):
        raise ConflictException(f"Usage Plan {plan.id} already contains API Key {key.id}")
    PLAN_KEYS.put(ctx, True, plan.id, key.id)
    return _plan_key(key)


def get_usage_plan_key(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetUsagePlanKey.html"""
    plan = _plan(ctx, request["usagePlanId"])
    if not PLAN_KEYS.has(ctx, plan.id, request["keyId"]):
        raise NotFoundException("Invalid Usage Plan Key identifier specified")
    return _plan_key(_key(ctx, request["keyId"]))


def get_usage_plan_keys(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetUsagePlanKeys.html"""
    plan, name = _plan(ctx, request["usagePlanId"]), request.get("nameQuery") or ""
    keys = [_plan_key(_key(ctx, str(key_id))) for (_, key_id), _ in PLAN_KEYS.scan(ctx, plan.id)]
    return page([key for key in keys if key.get("name", "").startswith(name)], request)


def delete_usage_plan_key(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteUsagePlanKey.html"""
    plan = _plan(ctx, request["usagePlanId"])
    if not PLAN_KEYS.has(ctx, plan.id, request["keyId"]):
        raise NotFoundException("Invalid Usage Plan Key identifier specified")
    PLAN_KEYS.delete(ctx, plan.id, request["keyId"])
    return {}
