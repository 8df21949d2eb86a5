"""AWS's own schemas of resource types, as the package cfn-lint carries them: read one at a time, when it is needed.

https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

Schema = dict[str, Any]

NESTED_STACK = "AWS::CloudFormation::Stack"
_REGION = "us-east-1"  # where every type exists


@cache
def _folder() -> Path:
    spec = find_spec("cfnlint")
    assert spec, "cfn-lint is a dependency"
    assert spec.origin, "cfn-lint is a package"
    return Path(spec.origin).parent / "data" / "schemas"


@cache
def _names() -> dict[str, str]:
    """The file of each resource type's schema."""
    return msgspec.json.decode(
        (_folder() / "providers" / f"{_REGION}.json").read_bytes(), type=dict[str, str]
    )


def is_known(type_name: str) -> bool:
    """Whether AWS has this resource type."""
    return type_name in _names()


@lru_cache(maxsize=256)
def schema_of(type_name: str) -> Schema | None:
    """The schema of a resource type, or None when there is none of that name."""
    name = _names().get(type_name)
    if name is None:
        return None
    return msgspec.json.decode((_folder() / "resources" / f"{name}.json").read_bytes())


def top_names(schema: Schema, keyword: str) -> list[str]:
    """The top-level properties that a keyword such as `createOnlyProperties` names, in its order."""
    paths = [str(path).split("/") for path in schema.get(keyword) or ()]
    return [path[2] for path in paths if len(path) > 2]


def create_only(type_name: str) -> frozenset[str]:
    """The properties a change of which needs a new resource. A part of a property counts as the whole."""
    schema = schema_of(type_name)
    return frozenset(top_names(schema, "createOnlyProperties")) if schema else frozenset()


def read_only(type_name: str) -> list[str]:
    """What `Fn::GetAtt` gives, dotted."""
    schema = schema_of(type_name) or {}
    return [".".join(str(path).split("/")[2:]) for path in schema.get("readOnlyProperties") or ()]


def naming_properties(type_name: str) -> list[str]:
    """The properties a template may set that identify the resource."""
    schema = schema_of(type_name) or {}
    given = set(read_only(type_name))
    return [name for name in top_names(schema, "primaryIdentifier") if name not in given]
