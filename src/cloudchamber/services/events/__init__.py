"""Amazon EventBridge: event buses, rules and their schedules, targets, archives, and the events put onto buses."""

from cloudchamber.aws import Service
from cloudchamber.services.events import tasks
from cloudchamber.services.events.fidelity import LEDGER
from cloudchamber.services.events.operations import (
    archives,
    buses,
    entries,
    event_rules,
    replays,
    tags,
    targets,
)
from cloudchamber.services.events.operations.routes import KeptRoutes
from cloudchamber.services.events.resources import RESOURCES

SERVICE = Service(
    "events",
    operations={
        "CancelReplay": replays.cancel_replay,
        "CreateArchive": archives.create_archive,
        "CreateEventBus": buses.create_event_bus,
        "DeleteArchive": archives.delete_archive,
        "DeleteEventBus": buses.delete_event_bus,
        "DeleteRule": event_rules.delete_rule,
        "DescribeArchive": archives.describe_archive,
        "DescribeEventBus": buses.describe_event_bus,
        "DescribeReplay": replays.describe_replay,
        "DescribeRule": event_rules.describe_rule,
        "DisableRule": event_rules.disable_rule,
        "EnableRule": event_rules.enable_rule,
        "ListArchives": archives.list_archives,
        "ListEventBuses": buses.list_event_buses,
        "ListReplays": replays.list_replays,
        "ListRuleNamesByTarget": event_rules.list_rule_names_by_target,
        "ListRules": event_rules.list_rules,
        "ListTagsForResource": tags.list_tags_for_resource,
        "ListTargetsByRule": targets.list_targets_by_rule,
        "PutEvents": entries.put_events,
        "PutPermission": buses.put_permission,
        "PutRule": event_rules.put_rule,
        "PutTargets": targets.put_targets,
        "RemovePermission": buses.remove_permission,
        "RemoveTargets": targets.remove_targets,
        "StartReplay": replays.start_replay,
        "TagResource": tags.tag_resource,
        "TestEventPattern": event_rules.test_event_pattern,
        "UntagResource": tags.untag_resource,
        "UpdateArchive": archives.update_archive,
        "UpdateEventBus": buses.update_event_bus,
    },
    tasks={
        "dead_letter": tasks.dead_letter,
        "forward_event": tasks.forward_event,
        "put_service_events": entries.put_service_events,
        "run_replay": tasks.run_replay,
        "run_schedule": tasks.run_schedule,
        "write_log": tasks.write_log,
    },
    resources=RESOURCES,
    ledger=LEDGER,
    named_by=(
        "EventBusName",
        "Rule",
        "ResourceARN",
        "TargetArn",
        "ArchiveName",
        "ReplayName",
        "Name",
        "Bus",
        "Entries",
    ),
    named_in_entries="EventBusName",
    live=KeptRoutes,
)
