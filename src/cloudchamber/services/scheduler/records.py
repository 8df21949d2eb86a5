"""Where the records of EventBridge Scheduler lie, all under one account and region:

groups     (name)              -> Group; the default one is not stored until it is tagged
schedules  (group, name)       -> Schedule
attempts   (execution id)      -> how often an invocation that tells its attempt was tried
"""

from __future__ import annotations

from cloudchamber.aws import Collection, Context
from cloudchamber.services.scheduler.errors import ResourceNotFoundException
from cloudchamber.services.scheduler.model import DEFAULT_GROUP, Group, Schedule

GROUPS = Collection("scheduler", "groups", Group)
SCHEDULES = Collection("scheduler", "schedules", Schedule)
ATTEMPTS = Collection("scheduler", "attempts", int)


def find_group(ctx: Context, name: str) -> Group | None:
    """The group of that name; the default one always exists."""
    group = GROUPS.get(ctx, name)
    return Group(DEFAULT_GROUP, 0, 0) if group is None and name == DEFAULT_GROUP else group


def group_named(ctx: Context, name: str) -> Group:
    """The group of that name. Raises ResourceNotFoundException."""
    group = find_group(ctx, name)
    if group is None:
        raise ResourceNotFoundException(f"Schedule group {name} does not exist.")
    return group


def all_groups(ctx: Context) -> list[Group]:
    """Every group in the order of their names."""
    groups = GROUPS.values(ctx)
    if not any(group.name == DEFAULT_GROUP for group in groups):
        groups.append(Group(DEFAULT_GROUP, 0, 0))
    return sorted(groups, key=lambda group: group.name)


def schedule_named(ctx: Context, group: str, name: str) -> Schedule:
    """The schedule of that name. Raises ResourceNotFoundException."""
    group_named(ctx, group)
    schedule = SCHEDULES.get(ctx, group, name)
    if schedule is None:
        raise ResourceNotFoundException(f"Schedule {name} does not exist.")
    return schedule
