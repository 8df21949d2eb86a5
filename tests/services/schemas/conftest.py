"""Short words for calls of the schema registry."""

from __future__ import annotations

import json

import pytest

OPEN_API = json.dumps({"openapi": "3.0.0", "info": {"title": "Order", "version": "1"}, "paths": {}})


@pytest.fixture
def call(cloud):
    """Calls the schema registry."""

    def made(operation, **request):
        return cloud("schemas", operation, **request)

    return made


@pytest.fixture
def refused(call, error_of):
    """The code and message of the error that a call ends with."""

    async def made(operation, **request):
        error = await error_of(call(operation, **request))
        assert error.members.get("Code") == error.code
        return error.code, error.message

    return made


@pytest.fixture
async def order(call):
    """A schema `Order` in the registry `shop`."""
    await call("CreateRegistry", RegistryName="shop")
    place = {"RegistryName": "shop", "SchemaName": "Order"}
    await call("CreateSchema", Type="OpenApi3", Content=OPEN_API, **place)
    return place
