"""Functions and layers from source to zip: what `up` does before it deploys, as `sam build` and `sam package` would.

Dependencies are installed once per requirements file and kept in `.cloudchamber/` beside the template.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec

IGNORED = {".aws-sam", ".cloudchamber", ".git", ".venv", "__pycache__", ".pytest_cache"}
_EPOCH = (1980, 1, 1, 0, 0, 0)
Say = Callable[[str], None]


class BuildFailed(Exception):
    """Dependencies could not be installed; the message is what the installer said."""


class Source(msgspec.Struct, frozen=True):
    """One folder to build: `kind` is python, node or other; `inside` the folder of a layer that the code belongs into."""

    name: str
    folder: Path
    kind: str
    inside: str = ""


async def build(source: Source, cache: Path, say: Say) -> bytes:
    """The zip of a source folder with its dependencies. The same content gives the same bytes."""
    folders = [(source.folder, source.inside)]
    if ".aws-sam" not in source.folder.parts:  # what `sam build` made is complete
        dependencies = await _dependencies(source, cache, say)
        if dependencies:
            folders.insert(0, (dependencies, source.inside))
    return _zip(folders, with_node_modules=source.kind != "node" or len(folders) == 1)


async def _dependencies(source: Source, cache: Path, say: Say) -> Path | None:
    requirements, package = source.folder / "requirements.txt", source.folder / "package.json"
    if source.kind == "python" and requirements.is_file() and requirements.read_text("utf-8").strip():
        return await _install(source, cache, [requirements], _pip, say)
    if source.kind == "node" and package.is_file():
        described = msgspec.json.decode(package.read_bytes())
        if described.get("dependencies"):
            lock = source.folder / "package-lock.json"
            return await _install(source, cache, [package, *([lock] if lock.is_file() else [])], _npm, say)
    return None


async def _install(
    source: Source, cache: Path, files: list[Path], command: Callable[[Path, list[Path]], list[str]], say: Say
) -> Path:
    digest = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for file in files:
        digest.update(file.read_bytes())
    target = cache / digest.hexdigest()[:16]
    if target.is_dir():
        return target
    say(f"installing the dependencies of {source.name}")
    partial = target.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for file in files:
        shutil.copy(file, partial)
    await _run(command(partial, files), partial, source.name)
    partial.rename(target)
    return target


def _pip(target: Path, files: list[Path]) -> list[str]:
    requirements = str(target / files[0].name)
    if shutil.which("uv"):
        return [
            "uv",
            "pip",
            "install",
            "--quiet",
            "--python",
            sys.executable,
            "--target",
            str(target),
            "-r",
            requirements,
        ]
    return [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile",
            "--target", str(target), "-r", requirements]  # fmt: skip


def _npm(target: Path, files: list[Path]) -> list[str]:
    how = "ci" if (target / "package-lock.json").is_file() else "install"
    return ["npm", how, "--omit=dev", "--no-audit", "--no-fund", "--silent"]


async def _run(command: list[str], folder: Path, name: str) -> None:
    try:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
    except FileNotFoundError:
        raise BuildFailed(f"{name} needs {command[0]}, which is not installed.") from None
    output, _ = await process.communicate()
    if process.returncode:
        raise BuildFailed(
            f"The dependencies of {name} could not be installed:\n{output.decode(errors='replace')}"
        )


def _zip(folders: list[tuple[Path, str]], *, with_node_modules: bool) -> bytes:
    """All files of the folders, later ones winning, in a fixed order and with fixed dates."""
    files: dict[str, Path] = {}
    for folder, inside in folders:
        skipped = IGNORED if with_node_modules or folder is not folders[-1][0] else IGNORED | {"node_modules"}
        for path in _files(folder, skipped):
            files[str(Path(inside) / path.relative_to(folder))] = path
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.external_attr = (files[name].stat().st_mode & 0xFFFF) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, files[name].read_bytes(), compresslevel=1)
    return buffer.getvalue()


def _files(folder: Path, skipped: set[str]) -> list[Path]:
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in skipped]
        found += [Path(place) / name for name in names if not name.endswith(".pyc")]
    return found


def zip_folder(folder: Path) -> bytes:
    """The zip of a folder as it is: what CDK's assets of packaging `zip` are."""
    return _zip([(folder, "")], with_node_modules=True)
