"""The fidelity ledger of the whole chamber, read from its services."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from cloudchamber.app.services import SERVICES
from cloudchamber.aws import Service
from cloudchamber.wire.model import load_model


def ledger() -> dict[str, Any]:
    """For each service: which of AWS's operations are here, and which members are refused or recorded only."""
    return {name: _entry(import_module(package).SERVICE) for name, package in sorted(SERVICES.items())}


def _entry(service: Service) -> dict[str, Any]:
    known = sorted(load_model(service.name).operations)
    return {
        "operations": len(known),
        "implemented": sorted(service.operations),
        "missing": [operation for operation in known if operation not in service.operations],
        "refused": service.ledger.refused,
        "recorded": service.ledger.recorded,
        "resources": sorted(service.resources),
    }
