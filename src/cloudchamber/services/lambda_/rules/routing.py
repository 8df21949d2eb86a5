"""Aliases that send a share of their invocations to a second version.

https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
"""

from __future__ import annotations

from cloudchamber.services.lambda_.errors import InvalidParameterValueException
from cloudchamber.services.lambda_.model import LATEST, Alias


def drawn_version(alias: Alias, fraction: float) -> str:
    """The version that runs; `fraction` in [0, 1) is the chance that decides."""
    for version, weight in alias.weights.items():
        if fraction < weight:
            return version
        fraction -= weight
    return alias.version


def check_routing(version: str, weights: dict[str, float]) -> None:
    """Two published versions, a weight in [0, 1]."""
    if not weights:
        return
    if len(weights) > 1:
        raise InvalidParameterValueException(
            "Number of items in AdditionalVersionWeights cannot be greater than 1", Type="User"
        )
    for other, weight in weights.items():
        if not 0.0 <= weight <= 1.0:
            raise InvalidParameterValueException("Weight must be between 0.0 and 1.0", Type="User")
        if LATEST in (version, other):
            raise InvalidParameterValueException(
                "$LATEST is not supported for an alias pointing to more than 1 version", Type="User"
            )
        if other == version:
            raise InvalidParameterValueException(
                f"Invalid function version {other}. Function version {other} is already included in routing configuration.",
                Type="User",
            )
