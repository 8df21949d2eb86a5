"""A scenario file: plain Python beside a template.

Functions whose names begin with `scenario` are scenarios; those that begin with `invariant` run at the end and may assert.
`IGNORE`: what may differ between runs, as paths with `*`. `PARAMETERS`: parameters of the template. `HORIZON`: how long, in
virtual time, the application may take to come to rest.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from cloudchamber.clock.virtual import START_MS

DEFAULT_FILE = "scenario.py"
HORIZON = "24h"


class ScenarioError(Exception):
    """The scenario file cannot be used; the message says what to do."""


class Place(msgspec.Struct, frozen=True):
    """Where and when the application is deployed."""

    account: str = "123456789012"
    region: str = "us-east-1"
    stack_name: str = "app"
    began_at_ms: int = START_MS


class Scenario(msgspec.Struct):
    """One scenario and what belongs to it."""

    run: Callable[[Any], object]
    invariants: list[Callable[[Any], object]]
    ignore: tuple[str, ...] = ()
    parameters: dict[str, str] = {}
    horizon: str = HORIZON
    place: Place = Place()


def names_in(path: Path) -> list[str]:
    """The scenarios of a file, in its order."""
    return [
        name for name, value in vars(_module(path)).items() if name.startswith("scenario") and callable(value)
    ]


def load(path: Path, name: str) -> Scenario:
    """The scenario of that name. Raises ScenarioError."""
    module = _module(path)
    run = getattr(module, name, None)
    if not callable(run):
        there = ", ".join(names_in(path)) or "none"
        raise ScenarioError(
            f"{path} has no scenario {name!r}; it has {there}. A scenario is a function of one argument."
        )
    invariants = [
        value for key, value in vars(module).items() if key.startswith("invariant") and callable(value)
    ]
    return Scenario(
        run,
        invariants,
        tuple(getattr(module, "IGNORE", ())),
        dict(getattr(module, "PARAMETERS", {})),
        getattr(module, "HORIZON", HORIZON),
    )


def _module(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"cloudchamber_scenario_{path.parent.name}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ScenarioError(f"There is no scenario file {path}. Write one: def scenario(chamber): ...")
    module = importlib.util.module_from_spec(spec)
    folder = str(path.parent)
    sys.path.insert(0, folder)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ScenarioError(f"{path} cannot be loaded: {type(error).__name__}: {error}") from error
    finally:
        sys.path.remove(folder)
    return module
