"""Template text -> plain objects: JSON, or YAML with the short forms of the intrinsic functions.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
"""

import json
from collections.abc import Hashable
from typing import Any

import yaml

from cloudchamber.languages.cloudformation.errors import InvalidTemplate

_SHORT_FORMS = frozenset(
    {
        "And",
        "Base64",
        "Cidr",
        "Contains",
        "EachMemberEquals",
        "EachMemberIn",
        "Equals",
        "FindInMap",
        "GetAZs",
        "GetAtt",
        "If",
        "ImportValue",
        "Join",
        "Length",
        "Not",
        "Or",
        "RefAll",
        "Select",
        "Split",
        "Sub",
        "ToJsonString",
        "Transform",
        "ValueOf",
        "ValueOfAll",
    }
)
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


def load(text: str) -> Any:
    """Return the objects of a template's text; raises `InvalidTemplate` for text that is neither format."""
    if text.lstrip().startswith("{"):
        return _load_json(text)
    return _load_yaml(text)


def _load_json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as fault:
        # YAML's flow style begins like JSON.
        try:
            return _load_yaml(text)
        except InvalidTemplate:
            place = f"(line {fault.lineno}, column {fault.colno})"
            raise InvalidTemplate(f"Template format error: JSON not well-formed. {place}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InvalidTemplate(f"Template format error: Duplicate key: {key}")
        found[key] = value
    return found


def _load_yaml(text: str) -> Any:
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise InvalidTemplate(f"Template format error: YAML not well-formed.{place}") from None
    except yaml.YAMLError:
        raise InvalidTemplate("Template format error: YAML not well-formed.") from None


class _Loader(yaml.SafeLoader):
    """Reads dates as text, keys once, short forms as functions, and no aliases."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, form) for tag, form in resolvers if tag != _TIMESTAMP]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise InvalidTemplate("Template error: YAML aliases are not allowed in CloudFormation templates")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key: Any = self.construct_object(key_node, deep=True)
            if not isinstance(key, (str, int, float, bool)):
                raise InvalidTemplate("Template format error: [/] map keys must be strings")
            if key in seen:
                place = f"(line {key_node.start_mark.line + 1}, column {key_node.start_mark.column + 1})"
                raise InvalidTemplate(f"Template format error: Duplicate key: {key} {place}")
            seen.add(key)
        constructed = super().construct_mapping(node, deep=deep)
        return {_key(key): value for key, value in constructed.items()}


def _key(key: Any) -> Any:
    """Return a key as JSON would hold it: text, whatever YAML took it for."""
    if isinstance(key, bool):
        return "true" if key else "false"
    return key if isinstance(key, str) else str(key)


def _construct_tag(loader: Any, suffix: str, node: yaml.Node) -> Any:
    value = _construct(loader, node)
    if suffix in {"Ref", "Condition"}:
        return {suffix: value}
    if suffix not in _SHORT_FORMS:
        place = f"(line {node.start_mark.line + 1}, column {node.start_mark.column + 1})"
        raise InvalidTemplate(f"Template format error: YAML not well-formed. {place}")
    if suffix == "GetAtt" and isinstance(value, str):
        value = list(value.partition(".")[::2])
    return {f"Fn::{suffix}": value}


def _construct(loader: Any, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


_Loader.add_multi_constructor("!", _construct_tag)
