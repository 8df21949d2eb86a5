"""Nothing is silently inert: every input member of every implemented operation is read by its code, or named in the ledger."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from cloudchamber.app.services import SERVICES
from cloudchamber.wire.model import Shape, load_model

# Members that other layers read, whatever the service: the wire (checksums, idempotency headers) needs no code of its own.
READ_BY_THE_WIRE = {"ContentMD5", "ChecksumAlgorithm"}
# Shapes whose parts are read by a language of their own (`cloudchamber.languages.dynamodb_expression`).
READ_BY_A_LANGUAGE = {"AttributeValue"}


def members(shape: Shape, path: str = "", seen: tuple[str, ...] = ()) -> Iterator[str]:
    """The members of an input, dotted, each shape entered once on every way down."""
    for name, member in shape.members.items():
        inner = f"{path}.{name}" if path else name
        yield inner
        while member.type in ("list", "map"):
            member = member.member if member.type == "list" else member.value
        if member.type == "structure" and member.name not in (*seen, *READ_BY_A_LANGUAGE):
            yield from members(member, inner, (*seen, member.name))


@cache
def texts(package: str) -> frozenset[str]:
    """Every text constant and keyword of the package's code, docstrings aside."""
    folder = Path(str(import_module(package).__file__)).parent
    found: set[str] = set()
    for file in folder.rglob("*.py"):
        if file.name in ("fidelity.py", "limits.py"):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.keyword) and node.arg:
                found.add(node.arg)
    return frozenset(found)


def listed(ledger: Any, operation: str) -> set[str]:
    """What the ledger names for an operation, under its own name or for all."""
    tables = (ledger.refused, ledger.recorded, ledger.read)
    return {member for table in tables for key in (operation, "*") for member in table.get(key, {})}


def is_listed(path: str, named: set[str]) -> bool:
    """Whether the member, or a structure it lies in, is named: by its whole path, or by its last part."""
    parts = path.split(".")
    return parts[-1] in named or any(".".join(parts[:end]) in named for end in range(1, len(parts) + 1))


def forgotten(service: str, operation: str) -> list[str]:
    """The members of an operation's input that no code and no ledger knows."""
    loaded = import_module(SERVICES[service]).SERVICE
    model = load_model(service).operations[operation]
    if model.input is None:
        return []
    known, named = texts(SERVICES[service]), listed(loaded.ledger, operation) | READ_BY_THE_WIRE

    return [
        path
        for path in members(model.input)
        if path.split(".")[-1] not in known and not is_listed(path, named)
    ]


def cases() -> Iterator[tuple[str, str]]:
    for service in sorted(SERVICES):
        for operation in sorted(import_module(SERVICES[service]).SERVICE.operations):
            yield service, operation


@pytest.mark.parametrize(("service", "operation"), list(cases()))
def test_every_member_of_an_operation_is_read_or_named_in_the_ledger(service, operation):
    missing = forgotten(service, operation)
    folder = SERVICES[service].replace(".", "/")
    assert not missing, (
        f"{service} {operation} forgets {', '.join(missing)}. Enforce each in src/{folder}/operations, or add it to "
        f'src/{folder}/fidelity.py: Ledger(refused= or recorded= {{"{operation}": {{"{missing[0]}": "why"}}}}).'
    )


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_every_operation_and_member_of_the_ledger_exists(service):
    ledger, model = import_module(SERVICES[service]).SERVICE.ledger, load_model(service)
    for table in (ledger.refused, ledger.recorded, ledger.read):
        for operation, named in table.items():
            assert operation == "*" or operation in model.operations, (
                f"{service} has no operation {operation}"
            )
            shape = model.operations[operation].input if operation != "*" else None
            tops = {path.partition(".")[0] for path in members(shape)} if shape else None
            for member in named:
                assert tops is None or member == "*" or member.partition(".")[0] in tops, (
                    f"{service} {operation} has no member {member}"
                )


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_every_operation_of_a_service_is_one_of_aws(service):
    loaded = import_module(SERVICES[service]).SERVICE
    assert sorted(loaded.operations) == list(loaded.operations), "operations are listed in alphabetical order"
    assert set(loaded.operations) <= set(load_model(service).operations)
