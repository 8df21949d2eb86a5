"""What `chamber.deploy` gives back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudchamber.app.addresses import local_url


class Stack:
    """A deployed stack. `outputs`: by key, with the URLs of APIs as this machine reaches them; `resources`: physical ids by
    logical ids; `inert`: the logical ids of resources that are stored without behaviour, with their types."""

    def __init__(self, deployed: Mapping[str, Any], base_url: str) -> None:
        self.name: str = deployed["stack_name"]
        self.status: str = deployed["status"]
        self.outputs: dict[str, str] = {
            output["OutputKey"]: local_url(output["OutputValue"], base_url) for output in deployed["outputs"]
        }
        self.resources: dict[str, str] = {
            resource["LogicalResourceId"]: resource.get("PhysicalResourceId", "")
            for resource in deployed["resources"]
        }
        self.inert: dict[str, str] = {each["LogicalId"]: each["Type"] for each in deployed["inert"]}
        self._types = {each["LogicalResourceId"]: each["ResourceType"] for each in deployed["resources"]}
        self._base_url = base_url

    def __getitem__(self, output: str) -> str:
        """An output. Raises KeyError, which names those there are."""
        return _found(self.outputs, output, f"the stack {self.name} has no output")

    def physical_id(self, logical_id: str) -> str:
        """A queue's URL, a table's name, a topic's ARN: whatever `Ref` gives. Raises KeyError, which names those there are."""
        return _found(self.resources, logical_id, f"the stack {self.name} has no resource")

    def ids(self, resource_type: str) -> dict[str, str]:
        """The physical ids of all resources of a type, by their logical ids: `stack.ids("AWS::Lambda::Function")`."""
        return {name: self.resources[name] for name, kind in self._types.items() if kind == resource_type}

    def url(self, api: str, stage: str = "") -> str:
        """Where an API Gateway API is reached, by its logical id; `stage` where it is not `$default`."""
        url = f"{self._base_url}/_aws/execute-api/{self.physical_id(api)}"
        return f"{url}/{stage}" if stage else url

    def __repr__(self) -> str:
        return f"<Stack {self.name} {self.status}>"


def _found(names: Mapping[str, str], key: str, complaint: str) -> str:
    if key not in names:
        raise KeyError(f"{complaint} {key!r}; there is {', '.join(sorted(names)) or 'none'}")
    return names[key]
