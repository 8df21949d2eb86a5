"""Archives: the events of a bus, kept to be replayed.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.events import rules
from cloudchamber.services.events.errors import ResourceAlreadyExistsException, ResourceNotFoundException
from cloudchamber.services.events.model import Archive
from cloudchamber.services.events.operations.buses import arn_of
from cloudchamber.services.events.operations.pages import page
from cloudchamber.services.events.operations.routes import change
from cloudchamber.services.events.records import ARCHIVED, ARCHIVES, bus_at, find_bus


def archive_at(ctx: Context, name: str) -> Archive:
    """The archive of that name. Raises ResourceNotFoundException."""
    archive = ARCHIVES.get(ctx, name)
    if archive is None:
        raise ResourceNotFoundException(f"Archive {name} does not exist.")
    return archive


def create_archive(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateArchive.html"""
    name = request["ArchiveName"]
    _, bus = bus_at(ctx, request["EventSourceArn"])
    if ARCHIVES.has(ctx, name):
        raise ResourceAlreadyExistsException(f"Archive {name} already exists.")
    archive = Archive(name, bus.name, ctx.now_ms)
    return _keep(ctx, archive, request)


def update_archive(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateArchive.html"""
    return _keep(ctx, archive_at(ctx, request["ArchiveName"]), request)


def _keep(ctx: Context, archive: Archive, request: dict[str, Any]) -> dict[str, Any]:
    pattern = request.get("EventPattern")
    if pattern:
        rules.pattern_of(pattern)
    archive = msgspec.structs.replace(
        archive,
        pattern=archive.pattern if pattern is None else pattern,
        description=request.get("Description", archive.description),
        retention_days=request.get("RetentionDays", archive.retention_days),
        kms_key_id=request.get("KmsKeyIdentifier", archive.kms_key_id),
    )
    ARCHIVES.put(ctx, archive, archive.name)
    _renew(ctx, archive)
    return {
        "ArchiveArn": ctx.arn(f"archive/{archive.name}"),
        "State": "ENABLED",
        "CreationTime": archive.created_at_ms / 1000,
    }


def _renew(ctx: Context, archive: Archive) -> None:
    bus = find_bus(ctx, archive.bus)
    if bus:
        change(ctx, bus)


def _listed(ctx: Context, archive: Archive) -> dict[str, Any]:
    oldest_ms = rules.oldest_kept_ms(archive.retention_days, ctx.now_ms)
    texts = [text for _, text in ARCHIVED.scan(ctx, archive.name, since=(oldest_ms,))]
    return {
        "ArchiveName": archive.name,
        "EventSourceArn": arn_of(ctx, archive.bus),
        "State": "ENABLED",
        "RetentionDays": archive.retention_days,
        "SizeBytes": sum(len(text.encode()) for text in texts),
        "EventCount": len(texts),
        "CreationTime": archive.created_at_ms / 1000,
    }


def describe_archive(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeArchive.html"""
    archive = archive_at(ctx, request["ArchiveName"])
    texts = {
        "EventPattern": archive.pattern,
        "Description": archive.description,
        "KmsKeyIdentifier": archive.kms_key_id,
    }
    given = {name: text for name, text in texts.items() if text}
    return {"ArchiveArn": ctx.arn(f"archive/{archive.name}")} | _listed(ctx, archive) | given


def list_archives(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListArchives.html"""
    prefix, source = request.get("NamePrefix") or "", request.get("EventSourceArn")
    state = request.get("State") or "ENABLED"
    named = [
        archive
        for archive in ARCHIVES.values(ctx)
        if archive.name.startswith(prefix)
        and source in (None, arn_of(ctx, archive.bus))
        and state == "ENABLED"
    ]
    found, token = page(request, named, lambda archive: archive.name)
    return {"Archives": [_listed(ctx, archive) for archive in found]} | token


def delete_archive(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteArchive.html"""
    archive = archive_at(ctx, request["ArchiveName"])
    ARCHIVED.delete_all(ctx, archive.name)
    ARCHIVES.delete(ctx, archive.name)
    _renew(ctx, archive)
    return {}
