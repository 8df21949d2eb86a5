"""Where Lambda's records lie, under one account and region unless said otherwise:

functions     (name)                    -> Function    $LATEST
versions      (name, number)            -> Function    published
aliases       (name, alias)             -> Alias
reserved      (name)                    -> number      reserved concurrency
provisioned   (name, qualifier)         -> Provisioned
policies      (name, qualifier)         -> Policy      qualifier "" for the function itself
event_invokes (name, qualifier)         -> EventInvoke
urls          (name, qualifier)         -> Url
url_ids       (id)                      -> UrlPlace    global
layers        (name, number)            -> Layer
layer_numbers (name)                    -> number      the last one given
layer_policies (name, number)           -> Policy
mappings      (uuid)                    -> Mapping
progress      (uuid, shard id)          -> Progress
runtime_management (name, qualifier)    -> dict
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Collection, Context, Scope
from cloudchamber.services.lambda_.model import (
    LATEST,
    Alias,
    EventInvoke,
    Function,
    Layer,
    Mapping,
    Policy,
    Progress,
    Provisioned,
    Url,
    UrlPlace,
)

FUNCTIONS = Collection("lambda", "functions", Function)
VERSIONS = Collection("lambda", "versions", Function)
ALIASES = Collection("lambda", "aliases", Alias)
RESERVED = Collection("lambda", "reserved", int)
PROVISIONED = Collection("lambda", "provisioned", Provisioned)
POLICIES = Collection("lambda", "policies", Policy)
EVENT_INVOKES = Collection("lambda", "event_invokes", EventInvoke)
URLS = Collection("lambda", "urls", Url)
URL_IDS = Collection("lambda", "url_ids", UrlPlace, Scope.GLOBAL)
LAYERS = Collection("lambda", "layers", Layer)
LAYER_NUMBERS = Collection("lambda", "layer_numbers", int)
LAYER_POLICIES = Collection("lambda", "layer_policies", Policy)
MAPPINGS = Collection("lambda", "mappings", Mapping)
PROGRESS = Collection("lambda", "progress", Progress)
RUNTIME_MANAGEMENT: Collection[dict[str, Any]] = Collection("lambda", "runtime_management", dict)

_OF_QUALIFIER = (PROVISIONED, POLICIES, EVENT_INVOKES, URLS, RUNTIME_MANAGEMENT)


def version_of(ctx: Context, name: str, version: str) -> Function | None:
    """The function as its version `version` is; None when there is no such version."""
    if version in ("", LATEST):
        return FUNCTIONS.get(ctx, name)
    return VERSIONS.get(ctx, name, int(version)) if version.isdigit() else None


def put_version(ctx: Context, function: Function) -> None:
    """Keep a function as one of its versions is."""
    if function.version == LATEST:
        FUNCTIONS.put(ctx, function, function.name)
    else:
        VERSIONS.put(ctx, function, function.name, int(function.version))


def forget_function(ctx: Context, name: str) -> list[Function]:
    """Remove a function with everything that belongs to it; gives back all its versions."""
    latest = FUNCTIONS.get(ctx, name)
    gone = [*([latest] if latest else []), *VERSIONS.values(ctx, name)]
    for url in URLS.values(ctx, name):
        URL_IDS.delete(ctx, url.id)
    FUNCTIONS.delete(ctx, name)
    RESERVED.delete(ctx, name)
    for collection in (VERSIONS, ALIASES, *_OF_QUALIFIER):
        collection.delete_all(ctx, name)
    return gone


def forget_qualifier(ctx: Context, name: str, qualifier: str) -> None:
    """Remove what belongs to one version or alias."""
    url = URLS.get(ctx, name, qualifier)
    if url:
        URL_IDS.delete(ctx, url.id)
    for collection in _OF_QUALIFIER:
        collection.delete(ctx, name, qualifier)
