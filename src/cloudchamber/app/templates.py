"""Which file a template is, and what its stack is called when nobody says."""

from __future__ import annotations

import re
from pathlib import Path


def template_in(folder: Path) -> Path:
    """The template of a folder, by the names that SAM and CloudFormation projects use; the first of them when there is none."""
    for name in ("template.yaml", "template.yml", "template.json"):
        if (folder / name).is_file():
            return folder / name
    return folder / "template.yaml"


def stack_name_of(template: Path) -> str:
    """A stack's name from where its template lies: the folder's name, as far as stack names allow."""
    resolved = template.resolve()
    folder = resolved.parent
    if folder.name == "build" and folder.parent.name == ".aws-sam":
        folder = folder.parent.parent
    stem = folder.name if resolved.stem in ("template", "packaged") else resolved.name.split(".")[0]
    name = re.sub(r"[^A-Za-z0-9-]+", "-", stem).strip("-")
    return name if name[:1].isalpha() else f"app-{name}".rstrip("-")
