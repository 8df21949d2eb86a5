"""Deployment packages on disk: each archive is kept and unpacked once, under the SHA-256 of its bytes."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import shutil
import stat
import zipfile
from pathlib import Path

from cloudchamber.services.lambda_ import limits
from cloudchamber.services.lambda_.errors import InvalidParameterValueException
from cloudchamber.services.lambda_.model import Code

_SYMLINK_BYTES_MAX = 4096


class Packages:
    """The folder that holds them: `SHA.zip` and `SHA/`. What is there stays, so that keeping a package twice costs nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder_of(self, code: Code) -> Path:
        """Where a package lies unpacked."""
        return self._folder / base64.b64decode(code.sha256).hex()

    def archive(self, sha256_hex: str) -> bytes | None:
        """The archive as it was uploaded; None when there is none."""
        path = self._folder / f"{sha256_hex}.zip"
        return path.read_bytes() if sha256_hex.isalnum() and path.is_file() else None

    def keep(self, data: bytes) -> Code:
        """Keep and unpack an archive. Raises InvalidParameterValueException for one that cannot be unzipped or is too large."""
        digest = hashlib.sha256(data)
        code = Code(base64.b64encode(digest.digest()).decode(), len(data))
        folder = self.folder_of(code)
        if folder.is_dir():
            return code
        self._folder.mkdir(parents=True, exist_ok=True)
        partial = self._folder / f"{digest.hexdigest()}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        try:
            _unpack(data, partial)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        (self._folder / f"{digest.hexdigest()}.zip").write_bytes(data)
        partial.rename(folder)
        return code

    def unzipped_bytes(self, code: Code) -> int:
        """What a package takes on disk."""
        return sum(
            os.lstat(os.path.join(root, name)).st_size
            for root, _, names in os.walk(self.folder_of(code))
            for name in names
        )


def _could_not_unzip() -> InvalidParameterValueException:
    return InvalidParameterValueException(
        "Could not unzip uploaded file. Please check your file, then try to upload again."
    )


def _unpack(data: bytes, folder: Path) -> None:
    """Unpack with the modes that the archive gives. An entry that would lie outside of the folder spoils the whole archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            size = sum(entry.file_size for entry in entries)
            if size > limits.UNZIPPED_BYTES_MAX:
                raise InvalidParameterValueException(
                    f"Unzipped size must be smaller than {limits.UNZIPPED_BYTES_MAX} bytes"
                )
            for entry in entries:
                _unpack_entry(archive, entry, folder)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError):
        raise _could_not_unzip() from None


def _unpack_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    target = _inside(folder, entry.filename)
    mode = entry.external_attr >> 16
    if entry.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if stat.S_ISLNK(mode):
        if entry.file_size > _SYMLINK_BYTES_MAX:
            raise _could_not_unzip()
        text = archive.read(entry).decode()
        _inside(folder, os.path.join(os.path.dirname(entry.filename), text))
        target.symlink_to(text)
        return
    if target.is_symlink():
        raise _could_not_unzip()
    with archive.open(entry) as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink, 1 << 20)
    permissions = stat.S_IMODE(mode) & 0o777
    target.chmod((permissions or 0o644) | stat.S_IRUSR)


def _inside(folder: Path, name: str) -> Path:
    target = Path(os.path.normpath(folder / name))
    if name.startswith(("/", "\\")) or not target.is_relative_to(folder) or "\x00" in name:
        raise _could_not_unzip()
    _no_link_on_the_way(folder, target)
    return target


def _no_link_on_the_way(folder: Path, target: Path) -> None:
    """A link may only be the last part: what is written below one would land where it points."""
    parent = target.parent
    while parent != folder and parent.is_relative_to(folder):
        if parent.is_symlink():
            raise _could_not_unzip()
        parent = parent.parent
