"""`make docs`: write the generated parts of the documentation anew. `tests/test_docs.py` holds the files against this."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

from cloudchamber.app.services import SERVICES
from cloudchamber.aws import Service
from cloudchamber.aws.fault_plans import schema
from cloudchamber.wire.model import load_model

ROOT = Path(__file__).parents[1]
FAULT_PLAN_SCHEMA = ROOT / "docs" / "reference" / "fault-plan.schema.json"
BEGIN, END = "<!-- coverage -->\n", "<!-- /coverage -->\n"


def readme_of(package: str) -> Path:
    """Where the README of a service's package lies."""
    return ROOT / "src" / Path(*package.split(".")) / "README.md"


def coverage(service: Service) -> str:
    """The generated part of a service's README: operations, and the ledger."""
    model = load_model(service.name)
    known = sorted(model.operations)
    here = [name for name in known if name in service.operations]
    lines = [f"{len(here)} of {len(known)} operations: " + ", ".join(here) + ".", ""]
    missing = [name for name in known if name not in service.operations]
    if missing:
        lines += ["Not available yet (an error names them): " + ", ".join(missing) + ".", ""]
    if service.resources:
        lines += ["CloudFormation: " + ", ".join(f"`{kind}`" for kind in sorted(service.resources)) + ".", ""]
    for title, members in (("Refused", service.ledger.refused), ("Recorded only", service.ledger.recorded)):
        rows = [
            f"| {operation} | {member} | {reason} |"
            for operation in sorted(members)
            for member, reason in sorted(members[operation].items())
        ]
        if rows:
            lines += [f"| {title}: operation | member | why |", "|---|---|---|", *rows, ""]
    return "\n".join(lines)


def with_coverage(text: str, title: str, generated: str) -> str:
    """A README with its generated part in place; what people wrote around it stays."""
    if BEGIN not in text:
        text = f"# {title}\n\n{BEGIN}{END}\n## Where we differ from AWS\n\nSee the table above.\n"
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}{generated}{END}{rest.partition(END)[2]}"


def wanted(name: str, package: str) -> tuple[Path, str]:
    """A service's README, and what it should say."""
    path = readme_of(package)
    service: Service = import_module(package).SERVICE
    text = path.read_text("utf-8") if path.exists() else ""
    return path, with_coverage(
        text, load_model(name).metadata.get("serviceFullName", name), coverage(service)
    )


def fault_plan_schema() -> tuple[Path, str]:
    """The JSON schema of fault plans, as editors read it."""
    return FAULT_PLAN_SCHEMA, json.dumps(schema(), indent=2) + "\n"


def main() -> None:
    for path, text in [*(wanted(name, package) for name, package in SERVICES.items()), fault_plan_schema()]:
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
