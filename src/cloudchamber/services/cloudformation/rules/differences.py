"""How a stack's resources would change if another template and other parameters were deployed. Pure.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from cloudchamber.languages.cloudformation import (
    NO_VALUE,
    InvalidTemplate,
    Scope,
    condition,
    evaluate,
    references,
)
from cloudchamber.services.cloudformation.model import Deployment, Resource
from cloudchamber.services.cloudformation.rules.schemas import NESTED_STACK
from cloudchamber.services.cloudformation.rules.scopes import Place, attribute_of, scope_of, template_of
from cloudchamber.services.cloudformation.rules.tags import with_stack_tags


class Changeable(Protocol):
    """What counts of a resource type here."""

    @property
    def replaced_by(self) -> frozenset[str]: ...

    @property
    def updatable(self) -> bool: ...


_LATER = "{{changeSet:KNOWN_AFTER_APPLY}}"
"""What only the deployment will bring, as AWS shows it."""


def is_different(old: Deployment, new: Deployment) -> bool:
    """Whether two deployments could differ in what they make."""
    return (
        old.processed != new.processed
        or {k: p.value for k, p in old.parameters.items()} != {k: p.value for k, p in new.parameters.items()}
        or old.tags != new.tags
    )


def changes_of(
    place: Place,
    known: Mapping[str, Resource],
    deployment: Deployment,
    kind_of: Callable[[str], Changeable],
    exports: Mapping[str, str],
) -> list[dict[str, Any]]:
    """The changes as DescribeChangeSet lists them: additions, modifications and removals."""
    return _Comparison(place, known, deployment, kind_of, exports).changes()


class _Comparison:
    def __init__(
        self,
        place: Place,
        known: Mapping[str, Resource],
        deployment: Deployment,
        kind_of: Callable[[str], Changeable],
        exports: Mapping[str, str],
    ) -> None:
        self.template = template_of(deployment.processed)
        self.known, self.kind_of, self.deployment = known, kind_of, deployment
        self.replaced: set[str] = set()
        self.modified: set[str] = set()
        self.scope = self._scope(place, exports)

    def _scope(self, place: Place, exports: Mapping[str, str]) -> Scope:
        def ref(name: str) -> Any:
            resource = self.known.get(name)
            return _LATER if resource is None or name in self.replaced else resource.physical_id

        def getatt(name: str, attribute: str) -> Any:
            resource = self.known.get(name)
            if resource is None or name in self.replaced:
                return _LATER
            try:
                return attribute_of(resource.type, name, resource.attributes, attribute)
            except InvalidTemplate:
                return _LATER

        return scope_of(
            place,
            self.template,
            self.deployment.parameters,
            ref=ref,
            getatt=getatt,
            import_value=lambda name: exports.get(name, _LATER),
        )

    def changes(self) -> list[dict[str, Any]]:
        resources = self.template.resources
        active = [
            name
            for name in self.template.order
            if "Condition" not in resources[name] or condition(resources[name]["Condition"], self.scope)
        ]
        found: list[dict[str, Any]] = []
        for name in active:
            change = self._change(name, resources[name])
            if change:
                found.append({"Type": "Resource", "ResourceChange": change})
        for name in self.known.keys() - set(active):
            resource = self.known[name]
            policy = "Retain" if resource.deletion_policy.startswith("Retain") else "Delete"
            change = _change("Remove", resource.type, name, resource.physical_id, PolicyAction=policy)
            found.append({"Type": "Resource", "ResourceChange": change})
        return sorted(
            found,
            key=lambda change: (
                _ACTIONS[change["ResourceChange"]["Action"]],
                change["ResourceChange"]["LogicalResourceId"],
            ),
        )

    def _change(self, name: str, declared: dict[str, Any]) -> dict[str, Any] | None:
        resource = self.known.get(name)
        if resource is None or resource.status == "CREATE_FAILED":
            return _change("Add", declared["Type"], name)
        raw = declared.get("Properties") or {}
        properties = with_stack_tags(declared["Type"], self._properties(raw), self.deployment.tags)
        kind = self.kind_of(declared["Type"])
        details = [
            self._detail(key, raw.get(key), kind)
            for key in sorted(properties.keys() | resource.properties.keys())
            if differ(resource.properties.get(key), properties.get(key))
        ]
        scope = ["Properties"] if details else []
        if (declared.get("Metadata") or None) != (resource.metadata or None):
            scope.append("Metadata")
            target = {"Attribute": "Metadata", "RequiresRecreation": "Never"}
            details.append({"Target": target, "Evaluation": "Static", "ChangeSource": "DirectModification"})
        if not details and resource.type == NESTED_STACK:
            target = {"Attribute": "Properties", "Name": "TemplateURL", "RequiresRecreation": "Never"}
            details, scope = (
                [{"Target": target, "Evaluation": "Dynamic", "ChangeSource": "Automatic"}],
                ["Properties"],
            )
        if not details:
            return None
        replacement = _replacement(details)
        if replacement == "True":
            self.replaced.add(name)
        self.modified.add(name)
        more: dict[str, Any] = {"Replacement": replacement, "Scope": scope, "Details": details}
        if replacement == "True":
            retain = declared.get("UpdateReplacePolicy") == "Retain"
            more["PolicyAction"] = "ReplaceAndRetain" if retain else "ReplaceAndDelete"
        return _change("Modify", resource.type, name, resource.physical_id, **more)

    def _properties(self, raw: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in raw.items():
            try:
                held = evaluate(value, self.scope)
            except (InvalidTemplate, ValueError):
                held = _LATER  # a function of something that is not known yet
            if held is not NO_VALUE:
                found[key] = held
        return found

    def _detail(self, key: str, raw: Any, kind: Changeable) -> dict[str, Any]:
        found = references(raw)
        recreated = "Always" if not kind.updatable or key in kind.replaced_by else "Never"
        target = {"Attribute": "Properties", "Name": key, "RequiresRecreation": recreated}
        causes = sorted(found.refs & (self.replaced | self.modified))
        attributes = sorted((n, a) for n, a in found.getatts if n in self.replaced | self.modified)
        parameters = sorted(found.refs & self.deployment.parameters.keys())
        if causes or attributes:
            source = "ResourceReference" if causes else "ResourceAttribute"
            entity = causes[0] if causes else ".".join(attributes[0])
            if recreated == "Always" and not causes:
                target["RequiresRecreation"] = "Conditionally"
            return {
                "Target": target,
                "Evaluation": "Dynamic",
                "ChangeSource": source,
                "CausingEntity": entity,
            }
        if parameters:
            return {
                "Target": target,
                "Evaluation": "Static",
                "ChangeSource": "ParameterReference",
                "CausingEntity": parameters[0],
            }
        return {"Target": target, "Evaluation": "Static", "ChangeSource": "DirectModification"}


_ACTIONS = {"Add": 0, "Modify": 1, "Remove": 2}


def differ(old: Any, new: Any) -> bool:
    """Whether two values differ, or may: what is not yet known may differ."""
    return old != new or _LATER in str(new)


def _replacement(details: list[dict[str, Any]]) -> str:
    needs = {(detail["Target"]["RequiresRecreation"], detail["Evaluation"]) for detail in details}
    if any(recreated == "Always" for recreated, _ in needs):
        return "True"
    return "Conditional" if any(recreated == "Conditionally" for recreated, _ in needs) else "False"


def _change(action: str, type_name: str, name: str, physical_id: str = "", **more: Any) -> dict[str, Any]:
    change: dict[str, Any] = {"Action": action, "LogicalResourceId": name, "ResourceType": type_name}
    if physical_id:
        change["PhysicalResourceId"] = physical_id
    return change | {"Scope": [], "Details": []} | more
