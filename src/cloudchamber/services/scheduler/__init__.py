"""Amazon EventBridge Scheduler: schedules in time zones, templated and universal targets."""

from cloudchamber.aws import Service
from cloudchamber.services.scheduler import tasks
from cloudchamber.services.scheduler.fidelity import LEDGER
from cloudchamber.services.scheduler.operations import groups, schedules
from cloudchamber.services.scheduler.resources import RESOURCES

SERVICE = Service(
    "scheduler",
    operations={
        "CreateSchedule": schedules.create_schedule,
        "CreateScheduleGroup": groups.create_group,
        "DeleteSchedule": schedules.delete_schedule,
        "DeleteScheduleGroup": groups.delete_group,
        "GetSchedule": schedules.get_schedule,
        "GetScheduleGroup": groups.get_group,
        "ListScheduleGroups": groups.list_groups,
        "ListSchedules": schedules.list_schedules,
        "ListTagsForResource": groups.list_tags_for_resource,
        "TagResource": groups.tag_resource,
        "UntagResource": groups.untag_resource,
        "UpdateSchedule": schedules.update_schedule,
    },
    tasks={
        "dead_letter": tasks.dead_letter,
        "invoke_target": tasks.invoke_target,
        "run_schedule": tasks.run_schedule,
    },
    resources=RESOURCES,
    ledger=LEDGER,
    named_by=("Name", "ResourceArn"),
)
