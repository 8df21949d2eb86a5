"""Bodies: small ones in the store, large ones as files that are written before the commit and removed after it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from cloudchamber.aws import Cloud, Context
from cloudchamber.services.s3 import limits
from cloudchamber.services.s3.model import Segment
from cloudchamber.services.s3.records import BODIES, OBJECTS, OLDER, PARTS


class Files:
    """The folder of large bodies; kept by the service beside its records (`Service.live`).

    A file beside it marks it while a chamber works in it. One that is found at the start means that an earlier process died:
    it may have left bodies that no record names, which are removed with the next large body (`orphaned`).
    """

    def __init__(self, cloud: Cloud) -> None:
        settings = cloud.settings
        folder = settings.data_folder or settings.scratch_folder or tempfile.gettempdir()
        self._folder = Path(folder) / "s3"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._mark = Path(folder) / "s3.in-use"
        self.orphaned = bool(settings.data_folder) and self._mark.exists()
        self._mark.touch()

    def path(self, identifier: str) -> Path:
        """Where the file of a segment is."""
        return self._folder / identifier

    def kept(self) -> set[str]:
        """The segments that have a file."""
        return {entry.name for entry in os.scandir(self._folder)}

    def remove(self, orphans: set[str]) -> None:
        """Remove the files that are no longer named."""
        for identifier in orphans:
            _unlink(self.path(identifier))
        self.orphaned = False

    async def stop(self) -> None:
        """Leave the folder, with every body named by a record unless nobody looked."""
        if not self.orphaned:
            self._mark.unlink(missing_ok=True)


class FileBody:
    """A large body as it is sent: an asynchronous iterator of chunks. `read()` gives all of it at once, to callers in process.

    The files are opened at once: an object that is deleted meanwhile is still read to its end.
    """

    def __init__(self, pieces: list[tuple[Path, int, int]]) -> None:
        self._files: list[tuple[int, int, int]] = []
        for path, start, count in pieces:
            self._files.append((os.open(path, os.O_RDONLY), start, count))

    def __del__(self) -> None:
        for descriptor, _, _ in self._files:
            os.close(descriptor)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._chunks()

    async def _chunks(self) -> AsyncIterator[bytes]:
        for chunk in self._reads():
            yield chunk

    def _reads(self) -> Iterator[bytes]:
        for descriptor, start, count in self._files:
            end = start + count
            while start < end:
                chunk = os.pread(descriptor, min(limits.STREAM_CHUNK_BYTES, end - start), start)
                assert chunk, "a file of a body is shorter than its segment"
                start += len(chunk)
                yield chunk

    def read(self) -> bytes:
        """The whole body."""
        return b"".join(self._reads())


def keep(ctx: Context, bucket: str, body: bytes) -> tuple[Segment, ...]:
    """Keep a body; it is there when the transaction commits."""
    if not body:
        return ()
    identifier = ctx.ids.hex(32)
    inline = len(body) <= limits.INLINE_BYTES_MAX
    if inline:
        BODIES.put(ctx, body, bucket, identifier)
    else:
        if ctx.live.orphaned:
            _forget_orphans(ctx)
        ctx.live.path(identifier).write_bytes(body)
    return (Segment(identifier, len(body), inline),)


def _forget_orphans(ctx: Context) -> None:
    """Remove the files that no record names: their process died between them and their records."""
    named = {segment.id for part in PARTS.values(ctx) for segment in part.segments}
    for collection in (OBJECTS, OLDER):
        named |= {segment.id for version in collection.values(ctx) for segment in version.segments}
    files: Files = ctx.live
    orphans = files.kept() - named
    ctx.after_commit(lambda: files.remove(orphans))


def copy(ctx: Context, source: str, target: str, segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """Keep the same body once more; files are linked, not copied."""
    copies: list[Segment] = []
    for segment in segments:
        identifier = ctx.ids.hex(32)
        if segment.inline:
            BODIES.put(ctx, _inline(ctx, source, segment), target, identifier)
        else:
            os.link(ctx.live.path(segment.id), ctx.live.path(identifier))
        copies.append(Segment(identifier, segment.bytes, segment.inline))
    return tuple(copies)


def forget(ctx: Context, bucket: str, segments: tuple[Segment, ...]) -> None:
    """Remove a body; files go once the change is durable."""
    for segment in segments:
        if segment.inline:
            BODIES.delete(ctx, bucket, segment.id)
        else:
            path = ctx.live.path(segment.id)
            ctx.after_commit(lambda path=path: _unlink(path))


def _unlink(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):  # a crash came between an earlier unlink and its record
        path.unlink()


def read(
    ctx: Context, bucket: str, segments: tuple[Segment, ...], start: int, count: int
) -> bytes | FileBody:
    """`count` bytes from `start` on, and no others. A long answer made of files alone is read as it is sent."""
    pieces = list(_pieces(segments, start, count))
    if count >= limits.STREAMED_BYTES_MIN and not any(segment.inline for segment, _, _ in pieces):
        return FileBody([(ctx.live.path(segment.id), begin, size) for segment, begin, size in pieces])
    return b"".join([_read_piece(ctx, bucket, *piece) for piece in pieces])


def _pieces(segments: tuple[Segment, ...], start: int, count: int) -> Iterator[tuple[Segment, int, int]]:
    for segment in segments:
        if count <= 0:
            return
        if start < segment.bytes:
            size = min(count, segment.bytes - start)
            yield segment, start, size
            count -= size
        start = max(0, start - segment.bytes)


def _read_piece(ctx: Context, bucket: str, segment: Segment, start: int, size: int) -> bytes:
    if segment.inline:
        body = _inline(ctx, bucket, segment)
        return body if size == len(body) else body[start : start + size]
    with ctx.live.path(segment.id).open("rb", buffering=0) as file:
        file.seek(start)
        return file.read(size)


def _inline(ctx: Context, bucket: str, segment: Segment) -> bytes:
    body = BODIES.get(ctx, bucket, segment.id)
    assert body is not None, "a segment without its body"
    return body
