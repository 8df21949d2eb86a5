"""Where Parameter Store's records lie, all under one account and region:

parameters (name)          -> Parameter, with its newest version
versions   (name, number)  -> Version, the newest included
"""

from __future__ import annotations

import msgspec

from cloudchamber.aws import Collection, Context
from cloudchamber.services.ssm import limits
from cloudchamber.services.ssm.model import Parameter, Version

PARAMETERS = Collection("ssm", "parameters", Parameter)
VERSIONS = Collection("ssm", "versions", Version)


def under(ctx: Context, path: str) -> list[Parameter]:
    """The parameters whose names begin with `path`, which ends with a slash."""
    behind = path[:-1] + chr(ord("/") + 1)
    return [parameter for _, parameter in PARAMETERS.scan(ctx, since=(path,), before=(behind,))]


def oldest_version(ctx: Context, name: str) -> Version:
    """The oldest version that is kept."""
    return next(version for _, version in VERSIONS.scan(ctx, name, limit=1))


def add_version(ctx: Context, parameter: Parameter) -> None:
    """Write a parameter whose newest version is new; the oldest one goes when there are too many."""
    number = parameter.latest.number
    PARAMETERS.put(ctx, parameter, parameter.name)
    VERSIONS.put(ctx, parameter.latest, parameter.name, number)
    if number > limits.VERSIONS_MAX and VERSIONS.count(ctx, parameter.name) > limits.VERSIONS_MAX:
        VERSIONS.delete(ctx, parameter.name, oldest_version(ctx, parameter.name).number)


def keep(ctx: Context, parameter: Parameter, **changes: object) -> None:
    """Write a parameter with other labels or tags."""
    PARAMETERS.put(ctx, msgspec.structs.replace(parameter, **changes), parameter.name)


def forget(ctx: Context, name: str) -> bool:
    """Remove a parameter and its history; False when there was none."""
    if not PARAMETERS.has(ctx, name):
        return False
    PARAMETERS.delete(ctx, name)
    VERSIONS.delete_all(ctx, name)
    return True
