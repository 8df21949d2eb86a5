"""How the work on a stack goes on: from one resource to the next, and from one status to the next.

Every step is one transaction that records what is done and puts the rows of what comes next: nothing is kept in memory, so
that after a crash the outbox takes up exactly what was not finished.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from cloudchamber.aws import Context
from cloudchamber.languages.cloudformation import InvalidTemplate
from cloudchamber.services.cloudformation import limits
from cloudchamber.services.cloudformation.model import Export, Resource, Stack, Work
from cloudchamber.services.cloudformation.records import (
    DEPLOYMENTS,
    EXPORTS,
    NAMES,
    RESOURCES,
    STACKS,
    WORKS,
    deployment_of,
    exporters_of,
    forget_imports,
    importers_of,
    put_stack,
)
from cloudchamber.services.cloudformation.rules.graphs import (
    ended,
    is_over,
    planned,
    reversed_dependencies,
    started,
)
from cloudchamber.services.cloudformation.rules.scopes import template_of
from cloudchamber.services.cloudformation.tasks.evaluating import active_resources, outputs_of, stack_scope

PREVIOUS = "#"
"""What marks, behind a logical id, the resource that another one replaced."""

_INTERRUPTED = "Stack deletion"

# -- within a phase


def go_on(ctx: Context, stack: Stack, work: Work) -> None:
    """Begin what can be begun; when nothing is left, go to the next status."""
    work, ready = started(work, limits.RESOURCES_AT_ONCE_MAX)
    WORKS.put(ctx, work, stack.stack_id)
    if is_over(work):
        _NEXT[stack.status](ctx, stack, work)
        return
    for name in ready:
        request = {"StackId": stack.stack_id, "Name": name, "WorkId": work.operation_id}
        ctx.later("cloudformation", f"{work.kind}_resource", request, on_exhausted=("fail_resource", request))


def end_resource(ctx: Context, stack_id: str, name: str, *, failed: bool = False) -> None:
    """One resource of the work on a stack is done."""
    stack, work = STACKS.get(ctx, stack_id), WORKS.get(ctx, stack_id)
    assert stack, "a resource of no stack"
    assert work, "a resource of no work"
    if failed:
        ctx.signal("cancelled", stack_id)
    go_on(ctx, stack, ended(work, name, failed=failed))


def is_cancelled(ctx: Context, stack_id: str) -> bool:
    """Whether those who wait for something should stop waiting."""
    work = WORKS.get(ctx, stack_id)
    return work is None or (work.kind == "make" and bool(work.failed or work.cause))


def cancel(ctx: Context, stack: Stack, cause: str) -> None:
    """Let the making of a stack's resources fail, for a reason that is no resource's."""
    work = WORKS.get(ctx, stack.stack_id)
    assert work, "nothing is being made"
    ctx.signal("cancelled", stack.stack_id)
    go_on(ctx, stack, msgspec.structs.replace(work, cause=cause))


# -- from phase to phase


def begin_making(ctx: Context, stack: Stack) -> None:
    """Make or change what the stack's template says."""
    deployment = deployment_of(ctx, stack)
    active = active_resources(stack_scope(ctx, stack, deployment), deployment)
    dependencies = template_of(deployment.processed).dependencies
    work = planned(ctx.ids.uuid(), "make", {name: dependencies[name] for name in active})
    go_on(ctx, stack, work)


def begin_removing(ctx: Context, stack: Stack, resources: list[Resource]) -> None:
    """Remove resources, each after those that need it. A replaced one is named with the mark behind its logical id."""
    dependencies: dict[str, tuple[str, ...]] = {}
    for resource in resources:
        replaced = resource.previous is not None and resource.previous.replaced
        dependencies[resource.logical_id + (PREVIOUS if replaced else "")] = resource.depends_on
    marked = {name.removesuffix(PREVIOUS): name for name in dependencies}
    graph = {
        name: [marked[other] for other in needed if other in marked] for name, needed in dependencies.items()
    }
    go_on(ctx, stack, planned(ctx.ids.uuid(), "remove", reversed_dependencies(graph)))


def _to(ctx: Context, stack: Stack, status: str, reason: str = "") -> Stack:
    stack = msgspec.structs.replace(stack, status=status, status_reason=reason)
    put_stack(ctx, stack)
    return stack


def _blame(work: Work, verb: str) -> str:
    if work.cause:
        return work.cause
    return f"The following resource(s) failed to {verb}: [{', '.join(work.failed)}]. "


def _blame_of_update(ctx: Context, stack: Stack, work: Work) -> str:
    if work.cause:
        return work.cause
    created: list[str] = []
    updated: list[str] = []
    for name in work.failed:
        resource = RESOURCES.get(ctx, stack.stack_id, name)
        (created if resource and resource.status == "CREATE_FAILED" else updated).append(name)
    texts = [
        f"The following resource(s) failed to {verb}: [{', '.join(names)}]. "
        for verb, names in (("create", created), ("update", updated))
        if names
    ]
    return "".join(texts)


def _created(ctx: Context, stack: Stack, work: Work) -> None:
    cause = _blame(work, "create") if work.failed or work.cause else ""
    if not cause:
        cause = _set_outputs(ctx, stack)
        stack = STACKS.get(ctx, stack.stack_id) or stack
    if not cause:
        _over(ctx, _to(ctx, stack, "CREATE_COMPLETE"))
        return
    if not cause.endswith(" "):
        cause += " "
    if stack.on_failure == "DO_NOTHING":
        _over(ctx, _to(ctx, stack, "CREATE_FAILED", cause))
        return
    word = "Delete" if stack.on_failure == "DELETE" else "Rollback"
    status = "DELETE_IN_PROGRESS" if stack.on_failure == "DELETE" else "ROLLBACK_IN_PROGRESS"
    roll_back_creation(ctx, stack, status, f"{cause}{word} requested by user.")


def roll_back_creation(ctx: Context, stack: Stack, status: str, reason: str) -> None:
    """Remove all that a failed creation made."""
    stack = _to(ctx, stack, status, reason)
    begin_removing(ctx, stack, present(ctx, stack))


def present(ctx: Context, stack: Stack) -> list[Resource]:
    """The resources that have not been removed."""
    return [each for each in RESOURCES.values(ctx, stack.stack_id) if each.status != "DELETE_COMPLETE"]


def _updated(ctx: Context, stack: Stack, work: Work) -> None:
    cause = _blame_of_update(ctx, stack, work) if work.failed or work.cause else _set_outputs(ctx, stack)
    if cause:
        if stack.disable_rollback:
            _over(ctx, _to(ctx, stack, "UPDATE_FAILED", cause))
        else:
            roll_back_update(ctx, stack, cause)
        return
    stack = STACKS.get(ctx, stack.stack_id) or stack
    _clean_up(ctx, _to(ctx, stack, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"))


def roll_back_update(ctx: Context, stack: Stack, reason: str) -> None:
    """Bring the resources back to what they were before the update."""
    stack = _to(ctx, stack, "UPDATE_ROLLBACK_IN_PROGRESS", reason)
    DEPLOYMENTS.put(ctx, deployment_of(ctx, stack, "before"), stack.stack_id, "now")
    resume_rollback(ctx, stack)


def resume_rollback(ctx: Context, stack: Stack, skipped: tuple[str, ...] = ()) -> None:
    """Restore what is not restored yet, but for the skipped ones."""
    changed = {
        each.logical_id: each.depends_on
        for each in RESOURCES.values(ctx, stack.stack_id)
        if each.previous and each.logical_id not in skipped and not _is_restored(each)
    }
    go_on(ctx, stack, planned(ctx.ids.uuid(), "restore", changed))


def _is_restored(resource: Resource) -> bool:
    return resource.previous is not None and resource.previous.replaced and resource.restored


def _rolled_back(ctx: Context, stack: Stack, work: Work) -> None:
    if work.failed:
        _over(ctx, _to(ctx, stack, "UPDATE_ROLLBACK_FAILED", _blame(work, "update")))
        return
    _set_outputs(ctx, stack)
    stack = STACKS.get(ctx, stack.stack_id) or stack
    _clean_up(ctx, _to(ctx, stack, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"))


def _clean_up(ctx: Context, stack: Stack) -> None:
    """Remove what the template no longer has, and what was replaced."""
    deployment = deployment_of(ctx, stack)
    active = set(active_resources(stack_scope(ctx, stack, deployment), deployment))
    left = [
        each
        for each in RESOURCES.values(ctx, stack.stack_id)
        if each.logical_id not in active or (each.previous and each.previous.replaced)
    ]
    begin_removing(ctx, stack, left)


def _cleaned_up(status: str) -> Callable[[Context, Stack, Work], None]:
    def follow(ctx: Context, stack: Stack, work: Work) -> None:
        deployment = deployment_of(ctx, stack)
        active = set(active_resources(stack_scope(ctx, stack, deployment), deployment))
        for resource in RESOURCES.values(ctx, stack.stack_id):
            if resource.logical_id not in active:
                RESOURCES.delete(ctx, stack.stack_id, resource.logical_id)
            elif resource.previous:
                settled = msgspec.structs.replace(resource, previous=None, restored=False)
                RESOURCES.put(ctx, settled, stack.stack_id, resource.logical_id)
        DEPLOYMENTS.delete(ctx, stack.stack_id, "before")
        _over(ctx, _to(ctx, stack, status))

    return follow


def _creation_rolled_back(ctx: Context, stack: Stack, work: Work) -> None:
    if work.failed:
        _over(ctx, _to(ctx, stack, "ROLLBACK_FAILED", _blame(work, "delete")))
        return
    forget_imports(ctx, stack)
    _over(ctx, _to(ctx, stack, "ROLLBACK_COMPLETE"))


def begin_deletion(ctx: Context, stack: Stack) -> None:
    """Remove all resources, once those that are being worked on are done."""
    work = WORKS.get(ctx, stack.stack_id)
    if work and work.running:
        ctx.signal("cancelled", stack.stack_id)
        last = Work(work.operation_id, work.kind, {}, work.running, work.failed, _INTERRUPTED)
        WORKS.put(ctx, last, stack.stack_id)
    else:
        begin_removing(ctx, stack, present(ctx, stack))


def _deleted(ctx: Context, stack: Stack, work: Work) -> None:
    if work.cause == _INTERRUPTED:
        begin_removing(ctx, stack, present(ctx, stack))
        return
    if work.failed:
        _over(ctx, _to(ctx, stack, "DELETE_FAILED", _blame(work, "delete")))
        return
    for export in exporters_of(ctx, stack):
        EXPORTS.delete(ctx, export.name)
    forget_imports(ctx, stack)
    if NAMES.get(ctx, stack.name) == stack.stack_id:
        NAMES.delete(ctx, stack.name)
    stack = msgspec.structs.replace(stack, deleted_at_ms=ctx.now_ms)
    _over(ctx, _to(ctx, stack, "DELETE_COMPLETE"))


def _over(ctx: Context, stack: Stack) -> None:
    """Nothing is being done to the stack any more."""
    WORKS.delete(ctx, stack.stack_id)


def _set_outputs(ctx: Context, stack: Stack) -> str:
    """Evaluate and export a stack's outputs; the reason when that is not possible."""
    deployment = deployment_of(ctx, stack)
    try:
        outputs = outputs_of(stack_scope(ctx, stack, deployment), deployment)
    except InvalidTemplate as error:
        return error.message
    exports = {output.export_name: output.value for output in outputs if output.export_name}
    for export in exporters_of(ctx, stack):
        users = importers_of(ctx, export.name) if exports.get(export.name) != export.value else []
        if users:
            verb = "updated" if export.name in exports else "deleted"
            return f"Export {export.name} cannot be {verb} as it is in use by {_and(users)}"
    for name in exports:
        other = EXPORTS.get(ctx, name)
        if other and other.stack_id != stack.stack_id:
            owner = STACKS.get(ctx, other.stack_id)
            return f"Export with name {name} is already exported by stack {owner.name if owner else other.stack_id}."
    for export in exporters_of(ctx, stack):
        EXPORTS.delete(ctx, export.name)
    for name, value in exports.items():
        EXPORTS.put(ctx, Export(name, value, stack.stack_id), name)
    put_stack(ctx, msgspec.structs.replace(stack, outputs=outputs), quiet=True)
    return ""


def _and(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def export_in_use(ctx: Context, stack: Stack) -> str:
    """Why a stack cannot be deleted: another one imports what it exports. Empty when none does."""
    for export in exporters_of(ctx, stack):
        users = importers_of(ctx, export.name)
        if users:
            return f"Delete canceled. Cannot delete export {export.name} as it is in use by {_and(users)}."
    return ""


_NEXT: dict[str, Callable[[Context, Stack, Work], None]] = {
    "CREATE_IN_PROGRESS": _created,
    "DELETE_IN_PROGRESS": _deleted,
    "ROLLBACK_IN_PROGRESS": _creation_rolled_back,
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": _cleaned_up("UPDATE_COMPLETE"),
    "UPDATE_IN_PROGRESS": _updated,
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": _cleaned_up("UPDATE_ROLLBACK_COMPLETE"),
    "UPDATE_ROLLBACK_IN_PROGRESS": _rolled_back,
}
