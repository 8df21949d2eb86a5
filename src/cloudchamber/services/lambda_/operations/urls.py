"""Function URLs: create, read, list, change, delete. `operations/url_requests.py` answers requests to them.

https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.lambda_ import limits
from cloudchamber.services.lambda_.errors import ResourceConflictException, ResourceNotFoundException
from cloudchamber.services.lambda_.model import Url, UrlPlace
from cloudchamber.services.lambda_.operations.finding import Named, check_qualifier, latest, named
from cloudchamber.services.lambda_.operations.paging import page
from cloudchamber.services.lambda_.records import URL_IDS, URLS
from cloudchamber.wire.instants import iso8601_milliseconds


def address_of(ctx: Context, url: Url) -> str:
    """Where it is reached on this chamber."""
    settings = ctx.cloud.settings
    return f"http://{url.id}.lambda-url.{ctx.region}.{settings.host}:{settings.port}/"


def _described(where: Named, url: Url) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "FunctionUrl": address_of(where.ctx, url),
        "FunctionArn": where._replace(qualifier=url.qualifier).arn,
        "AuthType": url.auth_type,
        "CreationTime": iso8601_milliseconds(url.created_at_ms / 1000),
        "LastModifiedTime": iso8601_milliseconds(url.modified_at_ms / 1000),
        "InvokeMode": url.invoke_mode,
    }
    return answer | ({"Cors": url.cors} if url.cors else {})


def _as_created(where: Named, url: Url) -> dict[str, Any]:
    return {name: value for name, value in _described(where, url).items() if name != "LastModifiedTime"}


def create_function_url_config(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunctionUrlConfig.html"""
    where = named(ctx, request)
    check_qualifier(where)
    if URLS.has(where.ctx, where.name, where.qualifier):
        raise ResourceConflictException(
            f"Failed to create function url config for [functionArn = {where.arn}]. Error message:  FunctionUrlConfig exists "
            "for this Lambda function",
            Type="User",
        )
    url = Url(
        ctx.ids.text(32),
        where.name,
        where.qualifier,
        request["AuthType"],
        ctx.now_ms,
        ctx.now_ms,
        request.get("InvokeMode") or "BUFFERED",
        request.get("Cors") or {},
    )
    URLS.put(where.ctx, url, where.name, where.qualifier)
    URL_IDS.put(ctx, UrlPlace(where.ctx.account, where.ctx.region, where.name, where.qualifier), url.id)
    return _as_created(where, url)


def _url_in(where: Named) -> Url:
    url = URLS.get(where.ctx, where.name, where.qualifier)
    if url is None:
        raise ResourceNotFoundException("The resource you requested does not exist.", Type="User")
    return url


def get_function_url_config(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionUrlConfig.html"""
    where = named(ctx, request)
    return _described(where, _url_in(where))


def update_function_url_config(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionUrlConfig.html"""
    where = named(ctx, request)
    url = _url_in(where)
    cors = request.get("Cors")
    url = msgspec.structs.replace(
        url,
        auth_type=request.get("AuthType") or url.auth_type,
        invoke_mode=request.get("InvokeMode") or url.invoke_mode,
        cors=url.cors if cors is None else cors,
        modified_at_ms=ctx.now_ms,
    )
    URLS.put(where.ctx, url, where.name, where.qualifier)
    return _described(where, url)


def delete_function_url_config(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionUrlConfig.html"""
    where = named(ctx, request)
    url = _url_in(where)
    URLS.delete(where.ctx, where.name, where.qualifier)
    URL_IDS.delete(ctx, url.id)
    return {}


def list_function_url_configs(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionUrlConfigs.html"""
    where = named(ctx, request)
    latest(where)
    listed = [(url.qualifier, _described(where, url)) for url in URLS.values(where.ctx, where.name)]
    return page(listed, request, "FunctionUrlConfigs", limits.FUNCTIONS_PER_PAGE)
