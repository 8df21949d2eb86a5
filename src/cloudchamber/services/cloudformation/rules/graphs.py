"""Which resources of a stack may be worked on now: a graph that shrinks as its resources are done. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from cloudchamber.services.cloudformation.model import Work


def planned(operation_id: str, kind: str, dependencies: Mapping[str, Iterable[str]]) -> Work:
    """Work on all of `dependencies`: each name after the names it maps to, as far as those are part of the work."""
    waiting = {
        name: tuple(sorted(set(needed) & dependencies.keys() - {name}))
        for name, needed in dependencies.items()
    }
    return Work(operation_id, kind, waiting)


def reversed_dependencies(dependencies: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """The same graph for taking down: each name after those that need it."""
    needed_by: dict[str, list[str]] = {name: [] for name in dependencies}
    for name, needed in dependencies.items():
        for other in needed:
            if other in needed_by:
                needed_by[other].append(name)
    return needed_by


def started(work: Work, at_once_max: int) -> tuple[Work, list[str]]:
    """The work with as many resources begun as may be, and their names. Nothing begins once something failed in making."""
    if work.kind == "make" and (work.failed or work.cause):
        return work, []
    room = at_once_max - len(work.running)
    ready = [name for name, needed in work.waiting.items() if not needed][: max(room, 0)]
    if not ready:
        return work, []
    begun = set(ready)
    waiting = {name: needed for name, needed in work.waiting.items() if name not in begun}
    return msgspec.structs.replace(work, waiting=waiting, running=(*work.running, *ready)), ready


def ended(work: Work, name: str, *, failed: bool = False) -> Work:
    """The work with one resource done. What waits for a failed one waits for ever."""
    running = tuple(each for each in work.running if each != name)
    if failed:
        return msgspec.structs.replace(work, running=running, failed=(*work.failed, name))
    waiting = {
        other: tuple(each for each in needed if each != name) for other, needed in work.waiting.items()
    }
    return msgspec.structs.replace(work, running=running, waiting=waiting)


def is_over(work: Work) -> bool:
    """Whether nothing more can happen."""
    if work.running:
        return False
    if work.kind == "make" and (work.failed or work.cause):
        return True
    return all(needed for needed in work.waiting.values()) if work.failed else not work.waiting
