"""Amazon EventBridge: event buses, rules and their schedules, targets, and the events put onto buses."""

from cloudchamber.aws import Service
from cloudchamber.services.events import tasks
from cloudchamber.services.events.fidelity import LEDGER
from cloudchamber.services.events.operations import buses, entries, event_rules, tags, targets
from cloudchamber.services.events.operations.routes import KeptRoutes
from cloudchamber.services.events.resources import RESOURCES

SERVICE = Service(
    "events",
    operations={
        "CreateEventBus": buses.create_event_bus,
        "DeleteEventBus": buses.delete_event_bus,
        "DeleteRule": event_rules.delete_rule,
        "DescribeEventBus": buses.describe_event_bus,
        "DescribeRule": event_rules.describe_rule,
        "DisableRule": event_rules.disable_rule,
        "EnableRule": event_rules.enable_rule,
        "ListEventBuses": buses.list_event_buses,
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
        "TagResource": tags.tag_resource,
        "TestEventPattern": event_rules.test_event_pattern,
        "UntagResource": tags.untag_resource,
        "UpdateEventBus": buses.update_event_bus,
    },
    tasks={
        "dead_letter": tasks.dead_letter,
        "forward_event": tasks.forward_event,
        "put_service_events": entries.put_service_events,
        "run_schedule": tasks.run_schedule,
        "write_log": tasks.write_log,
    },
    resources=RESOURCES,
    ledger=LEDGER,
    named_by=("EventBusName", "Rule", "ResourceARN", "TargetArn", "Name", "Bus"),
    live=KeptRoutes,
)
