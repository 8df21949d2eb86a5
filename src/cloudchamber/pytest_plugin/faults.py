"""The faults of a test's chamber."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cloudchamber.pytest_plugin.hosts import Host


class Faults:
    """`chamber.faults`: what is to go wrong, from now on, in this test. The kinds: docs/reference/control-api.md."""

    def __init__(self, host: Host, seed: int) -> None:
        self._host, self._seed = host, seed

    def add(self, kind: str, **where: Any) -> None:
        """One more: `chamber.faults.add("throttle", service="dynamodb", operation="PutItem", times=2)`."""
        self.set([*self.plan, {"kind": kind, **where}])

    def set(self, faults: list[dict[str, Any]], seed: int | None = None) -> None:
        """These and no others; what they have struck so far is forgotten. `seed`: of their chances. Raises ChamberError."""
        plan = {"faults": faults, "seed": self._seed if seed is None else seed}
        self._host.ask("POST", "faults", plan)

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._host.ask("DELETE", "faults")

    @property
    def plan(self) -> list[dict[str, Any]]:
        """Those in force."""
        return self._host.ask("GET", "faults")["faults"]
