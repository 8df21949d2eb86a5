"""What surrounds an evaluation: parameters, mappings, conditions, and callbacks into the stack."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cloudchamber.languages.cloudformation.dynamic import DynamicReference


class NoValue:
    """What `Ref: AWS::NoValue` gives: the property that holds it goes away."""

    def __repr__(self) -> str:
        return "AWS::NoValue"


NO_VALUE = NoValue()


def _no_export(name: str) -> Any:
    raise LookupError(f"No export named {name} found.")


@dataclass(slots=True)
class Scope:
    """The world of one stack operation.

    `values` are what Ref gives for parameters and pseudo parameters; any other name is asked of `ref`.
    `resolve_dynamic` left out leaves dynamic references as they stand.
    """

    values: Mapping[str, Any]
    ref: Callable[[str], Any]
    getatt: Callable[[str, str], Any]
    mappings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    conditions: Mapping[str, Any] = field(default_factory=dict[str, Any])
    import_value: Callable[[str], Any] = _no_export
    resolve_dynamic: Callable[[DynamicReference], str] | None = None
    availability_zones: Callable[[str], list[str]] = lambda region: [f"{region}{letter}" for letter in "abc"]
    transform: Callable[[str, Mapping[str, Any]], Any] | None = None
    decided: dict[str, bool] = field(default_factory=dict[str, bool])
    """Conditions evaluated so far."""
    deciding: list[str] = field(default_factory=list[str])
    """Conditions whose evaluation has begun."""
