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
ARCHIVES_MAX = 32  # that are kept beside a template
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
    with_node_modules = source.kind != "node" or len(folders) == 1
    kept = cache.parent / "packages" if len(folders) > 1 else None
    return _zip(folders, with_node_modules=with_node_modules, kept=kept)


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
    partial = target.with_suffix(f".{os.getpid()}.partial")  # others may do the same at once
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for file in files:
        shutil.copy(file, partial)
    await _run(command(partial, files), partial, source.name)
    try:
        partial.rename(target)
    except OSError:
        shutil.rmtree(partial, ignore_errors=True)
        if not target.is_dir():
            raise
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


def _zip(folders: list[tuple[Path, str]], *, with_node_modules: bool, kept: Path | None = None) -> bytes:
    """All files of the folders, later ones winning, in a fixed order and with fixed dates.

    `kept`: where an archive is found again as long as no file has another size, mode or date.
    """
    files: dict[str, os.DirEntry[str]] = {}
    for folder, inside in folders:
        skipped = IGNORED if with_node_modules or folder is not folders[-1][0] else IGNORED | {"node_modules"}
        _gather(str(folder), f"{inside}/" if inside else "", skipped, files)
    path = kept and kept / f"{_signature(files)}.zip"
    if path and path.is_file():
        return path.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.external_attr = (files[name].stat().st_mode & 0xFFFF) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, Path(files[name].path).read_bytes(), compresslevel=1)
    if path:
        _keep(path, buffer.getvalue())
    return buffer.getvalue()


def _gather(folder: str, prefix: str, skipped: set[str], files: dict[str, os.DirEntry[str]]) -> None:
    """The files below a folder, by their names in the archive; links to folders are not followed."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in skipped:
                    _gather(entry.path, f"{prefix}{entry.name}/", skipped, files)
            elif not entry.name.endswith(".pyc") and entry.is_file():
                files[prefix + entry.name] = entry


def _signature(files: dict[str, os.DirEntry[str]]) -> str:
    """What changes when a file does."""
    digest = hashlib.sha256()
    for name in sorted(files):
        stat = files[name].stat()
        digest.update(f"{name}\0{stat.st_size}\0{stat.st_mode}\0{stat.st_mtime_ns}\0".encode())
    return digest.hexdigest()[:32]


def _keep(path: Path, content: bytes) -> None:
    """Keep an archive, and forget the oldest when there are many. Others may do the same at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    partial.write_bytes(content)
    partial.replace(path)
    archives = sorted(path.parent.glob("*.zip"), key=lambda archive: archive.stat().st_mtime_ns)
    for archive in archives[:-ARCHIVES_MAX]:
        archive.unlink(missing_ok=True)


def zip_folder(folder: Path) -> bytes:
    """The zip of a folder as it is: what CDK's assets of packaging `zip` are."""
    return _zip([(folder, "")], with_node_modules=True)
