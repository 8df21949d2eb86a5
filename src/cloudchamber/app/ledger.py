"""The fidelity ledger of the whole chamber, read from its services."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Cloud
from cloudchamber.wire.model import load_model


def ledger_of(cloud: Cloud) -> dict[str, Any]:
    """For each service: which of AWS's operations are here, and which members are refused or recorded only."""
    services: dict[str, Any] = {}
    for name in cloud.service_names:
        service = cloud.service(name)
        known = sorted(load_model(name).operations)
        services[name] = {
            "operations": len(known),
            "implemented": sorted(service.operations),
            "missing": [operation for operation in known if operation not in service.operations],
            "refused": service.ledger.refused,
            "recorded": service.ledger.recorded,
            "resources": sorted(service.resources),
        }
    return services
