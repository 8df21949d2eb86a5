"""Resources: the tree of an API's paths.

https://docs.aws.amazon.com/apigateway/latest/api/API_Resource.html
"""

from __future__ import annotations

import re
from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.apigateway.errors import BadRequestException, ConflictException
from cloudchamber.services.apigateway.model import Resource
from cloudchamber.services.apigateway.operations.asking import page
from cloudchamber.services.apigateway.records import RESOURCES, api_of, resource_of

_PART = re.compile(r"(?:[a-zA-Z0-9._:$-]+|\{[a-zA-Z0-9._:-]+\+?\})\Z")


def described(resource: Resource, *, methods: bool = True) -> dict[str, Any]:
    """A resource as it is answered; without `methods` only the verbs of its methods are told."""
    answer: dict[str, Any] = {"id": resource.id, "path": resource.path}
    if resource.parent_id:
        answer |= {"parentId": resource.parent_id, "pathPart": resource.path_part}
    if resource.methods:
        answer["resourceMethods"] = {
            verb: method if methods else {} for verb, method in resource.methods.items()
        }
    return answer


def add_resource(ctx: Context, api_id: str, parent: Resource, part: str) -> Resource:
    """A new child of `parent`. Raises BadRequestException, ConflictException."""
    if not _PART.match(part):
        raise BadRequestException(
            "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces "
            "at the beginning and the end."
        )
    if parent.path_part.endswith("+}"):
        raise BadRequestException(
            f"Cannot create a child of a resource with a greedy path variable: {parent.path_part}"
        )
    for other in RESOURCES.values(ctx, api_id):
        if other.parent_id != parent.id:
            continue
        if other.path_part == part:
            raise ConflictException(f"Another resource with the same parent already has this name: {part}")
        if (
            part[0] == "{"
            and other.path_part[0] == "{"
            and part.endswith("+}") == other.path_part.endswith("+}")
        ):
            raise BadRequestException(
                f"A sibling ({other.path_part}) of this resource already has a variable path part -- "
                "only one is allowed"
            )
    path = f"{parent.path.rstrip('/')}/{part}"
    resource = Resource(ctx.ids.text(6), path, parent.id, part)
    RESOURCES.put(ctx, resource, api_id, resource.id)
    return resource


def create_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_CreateResource.html"""
    parent = resource_of(ctx, request["restApiId"], request["parentId"])
    return described(add_resource(ctx, request["restApiId"], parent, request["pathPart"]))


def get_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetResource.html"""
    resource = resource_of(ctx, request["restApiId"], request["resourceId"])
    return described(resource, methods="methods" in (request.get("embed") or ()))


def get_resources(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_GetResources.html"""
    api_id = api_of(ctx, request["restApiId"]).id
    embed = "methods" in (request.get("embed") or ())
    return page([described(r, methods=embed) for r in RESOURCES.values(ctx, api_id)], request)


def update_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateResource.html"""
    api_id = request["restApiId"]
    resource = resource_of(ctx, api_id, request["resourceId"])
    for operation in request.get("patchOperations") or ():
        part = operation.get("value") or ""
        if operation.get("path") != "/pathPart" or operation.get("op") != "replace" or not _PART.match(part):
            raise BadRequestException(f"Invalid patch path {operation.get('path')}")
        resource = _renamed(ctx, api_id, resource, part)
    return described(resource)


def _renamed(ctx: Context, api_id: str, resource: Resource, part: str) -> Resource:
    path = f"{resource.path.rpartition('/')[0]}/{part}"
    for other in RESOURCES.values(ctx, api_id):
        if other.path.startswith(f"{resource.path}/"):
            moved = path + other.path[len(resource.path) :]
            child = Resource(other.id, moved, other.parent_id, other.path_part, other.methods)
            RESOURCES.put(ctx, child, api_id, other.id)
    renamed = Resource(resource.id, path, resource.parent_id, part, resource.methods)
    RESOURCES.put(ctx, renamed, api_id, resource.id)
    return renamed


def delete_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteResource.html"""
    api_id = request["restApiId"]
    resource = resource_of(ctx, api_id, request["resourceId"])
    if not resource.parent_id:
        raise BadRequestException("Cannot delete the root resource")
    for other in RESOURCES.values(ctx, api_id):
        if other.id == resource.id or other.path.startswith(f"{resource.path}/"):
            RESOURCES.delete(ctx, api_id, other.id)
    return {}
