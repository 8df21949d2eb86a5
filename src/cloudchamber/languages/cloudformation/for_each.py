"""Fn::ForEach of the AWS::LanguageExtensions transform: it is unrolled before anything else is read.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-foreach.html
"""

from collections.abc import Mapping
from typing import Any

from cloudchamber.languages.cloudformation.errors import InvalidTemplate

LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
_PREFIX = "Fn::ForEach::"


def has_extensions(body: Mapping[str, Any]) -> bool:
    """Say whether a template asks for the language extensions."""
    declared = body.get("Transform") or []
    named = declared if isinstance(declared, list) else [declared]
    return LANGUAGE_EXTENSIONS in named


def expand_for_each(body: dict[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the template without loops and without the transform itself.

    `parameters` are values given to the stack; collections may refer to them.
    """
    declared = body.get("Parameters") or {}
    values = {
        name: parameters.get(name, declaration.get("Default", ""))
        for name, declaration in declared.items()
        if isinstance(declaration, dict)
    }
    expanded = _expand(body, values)
    transforms = body["Transform"] if isinstance(body["Transform"], list) else [body["Transform"]]
    left = [each for each in transforms if each != LANGUAGE_EXTENSIONS]
    if left:
        expanded["Transform"] = left
    else:
        del expanded["Transform"]
    return expanded


def _expand(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_expand(held, values) for held in value]
    if not isinstance(value, dict):
        return value
    expanded: dict[str, Any] = {}
    for key, held in value.items():
        if key.startswith(_PREFIX):
            expanded.update(_unroll(key, held, values))
        else:
            expanded[key] = _expand(held, values)
    return expanded


def _unroll(key: str, loop: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(loop, list) or len(loop) != 3 or not isinstance(loop[2], dict):
        raise InvalidTemplate(f"{key} layout is incorrect")
    identifier, collection, fragment = loop
    unrolled: dict[str, Any] = {}
    for item in _collection(key, collection, values):
        unrolled.update(_expand(_substitute(fragment, str(identifier), item), values))
    return unrolled


def _collection(key: str, collection: Any, values: Mapping[str, Any]) -> list[str]:
    if isinstance(collection, dict) and list(collection) == ["Ref"]:
        given = values.get(collection["Ref"], "")
        collection = given.split(",") if isinstance(given, str) else given
    if not isinstance(collection, list):
        raise InvalidTemplate(f"{key} layout is incorrect")
    items: list[str] = []
    for item in collection:
        if isinstance(item, dict) and list(item) == ["Ref"]:
            items.append(str(values.get(item["Ref"], "")))
        else:
            items.append(str(item).strip())
    return items


def _substitute(value: Any, identifier: str, item: str) -> Any:
    if isinstance(value, str):
        alphanumeric = "".join(filter(str.isalnum, item))
        return value.replace(f"${{{identifier}}}", item).replace(f"&{{{identifier}}}", alphanumeric)
    if isinstance(value, list):
        return [_substitute(held, identifier, item) for held in value]
    if not isinstance(value, dict):
        return value
    if value == {"Ref": identifier}:
        return item
    return {
        _substitute(key, identifier, item): _substitute(held, identifier, item) for key, held in value.items()
    }
