"""Definitions checked without making anything of them."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.languages.states import validate
from cloudchamber.services.stepfunctions import limits


def validate_state_machine_definition(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html"""
    severity = request.get("severity") or "ERROR"
    found = [each for each in validate(request["definition"]) if each.severity in ("ERROR", severity)]
    most = request.get("maxResults") or limits.DIAGNOSTICS_MAX
    diagnostics = [
        {"severity": each.severity, "code": each.code, "message": each.message}
        | ({"location": each.location} if each.location else {})
        for each in found[:most]
    ]
    failed = any(each.severity == "ERROR" for each in found)
    return {
        "result": "FAIL" if failed else "OK",
        "diagnostics": diagnostics,
        "truncated": len(found) > most,
    }
