"""Dynamic references: `{{resolve:service:key}}` inside a string.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cloudchamber.languages.cloudformation.errors import InvalidTemplate

_REFERENCE = re.compile(r"\{\{resolve:([^{}]*)\}\}")
_SERVICES = frozenset({"ssm", "ssm-secure", "secretsmanager"})


@dataclass(frozen=True, slots=True)
class DynamicReference:
    """One reference. `key` is a parameter's name, or a secret's name or ARN.

    For secrets, `json_key`, `version_stage` and `version_id` may say which part and version.
    """

    service: str
    key: str
    version: str | None = None
    json_key: str | None = None
    version_stage: str | None = None
    version_id: str | None = None


def parse_reference(text: str) -> DynamicReference:
    """Parse what stands between `{{resolve:` and `}}`; raises `InvalidTemplate`."""
    service, _, rest = text.partition(":")
    if service not in _SERVICES or not rest:
        raise InvalidTemplate(
            f"Incorrect format is used in the following dynamic reference: {{{{resolve:{text}}}}}"
        )
    if service != "secretsmanager":
        key, _, version = rest.partition(":")
        return DynamicReference(service, key, version or None)
    if rest.startswith("arn:"):
        parts = rest.split(":")
        key, options = ":".join(parts[:7]), parts[7:]
    else:
        key, *options = rest.split(":")
    # The part after the secret's id is the word SecretString, which is also the default.
    found = [*options[1:], "", "", ""]
    return DynamicReference(
        service,
        key,
        json_key=found[0] or None,
        version_stage=found[1] or None,
        version_id=found[2] or None,
    )


def find_references(value: Any) -> Iterator[DynamicReference]:
    """Yield the dynamic references of a value, however deep."""
    if isinstance(value, str):
        for match in _REFERENCE.finditer(value):
            yield parse_reference(match[1])
    elif isinstance(value, dict):
        for held in value.values():
            yield from find_references(held)
    elif isinstance(value, list):
        for held in value:
            yield from find_references(held)


def resolve_references(value: Any, resolve: Callable[[DynamicReference], str]) -> Any:
    """Return the value with each dynamic reference replaced by what `resolve` gives for it."""
    if isinstance(value, str):
        if "{{resolve:" not in value:
            return value
        return _REFERENCE.sub(lambda match: resolve(parse_reference(match[1])), value)
    if isinstance(value, dict):
        return {key: resolve_references(held, resolve) for key, held in value.items()}
    if isinstance(value, list):
        return [resolve_references(held, resolve) for held in value]
    return value
