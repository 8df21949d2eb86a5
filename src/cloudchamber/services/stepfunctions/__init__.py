"""AWS Step Functions: Standard and Express workflows in the Amazon States Language."""

from cloudchamber.aws import Service
from cloudchamber.services.stepfunctions import tasks
from cloudchamber.services.stepfunctions.fidelity import LEDGER
from cloudchamber.services.stepfunctions.live import Compiled
from cloudchamber.services.stepfunctions.operations import (
    activities,
    executions,
    machines,
    mapping,
    starting,
    tags,
    validating,
    versions,
)
from cloudchamber.services.stepfunctions.resources import RESOURCES

SERVICE = Service(
    "stepfunctions",
    operations={
        "CreateActivity": activities.create_activity,
        "CreateStateMachine": machines.create_state_machine,
        "CreateStateMachineAlias": versions.create_state_machine_alias,
        "DeleteActivity": activities.delete_activity,
        "DeleteStateMachine": machines.delete_state_machine,
        "DeleteStateMachineAlias": versions.delete_state_machine_alias,
        "DeleteStateMachineVersion": versions.delete_state_machine_version,
        "DescribeActivity": activities.describe_activity,
        "DescribeExecution": executions.describe_execution,
        "DescribeMapRun": mapping.describe_map_run,
        "DescribeStateMachine": machines.describe_state_machine,
        "DescribeStateMachineAlias": versions.describe_state_machine_alias,
        "DescribeStateMachineForExecution": machines.describe_state_machine_for_execution,
        "GetActivityTask": activities.get_activity_task,
        "GetExecutionHistory": executions.get_execution_history,
        "ListActivities": activities.list_activities,
        "ListExecutions": executions.list_executions,
        "ListMapRuns": mapping.list_map_runs,
        "ListStateMachineAliases": versions.list_state_machine_aliases,
        "ListStateMachineVersions": versions.list_state_machine_versions,
        "ListStateMachines": machines.list_state_machines,
        "ListTagsForResource": tags.list_tags_for_resource,
        "PublishStateMachineVersion": versions.publish_state_machine_version,
        "RedriveExecution": executions.redrive_execution,
        "SendTaskFailure": activities.send_task_failure,
        "SendTaskHeartbeat": activities.send_task_heartbeat,
        "SendTaskSuccess": activities.send_task_success,
        "StartExecution": starting.start_execution,
        "StartSyncExecution": starting.start_sync_execution,
        "StopExecution": executions.stop_execution,
        "TagResource": tags.tag_resource,
        "UntagResource": tags.untag_resource,
        "UpdateMapRun": mapping.update_map_run,
        "UpdateStateMachine": machines.update_state_machine,
        "UpdateStateMachineAlias": versions.update_state_machine_alias,
        "ValidateStateMachineDefinition": validating.validate_state_machine_definition,
    },
    tasks={
        "abort_map_runs": tasks.abort_map_runs,
        "fail_task": tasks.fail_task,
        "fire_timer": tasks.fire_timer,
        "perform_task": tasks.perform_task,
        "start_map_children": mapping.start_children,
        "start_map_run": tasks.start_map_run,
        "tell_waiting": tasks.tell_waiting,
        "write_log": tasks.write_log,
        "write_map_results": tasks.write_map_results,
    },
    resources=RESOURCES,
    ledger=LEDGER,
    named_by=("stateMachineArn", "executionArn", "activityArn", "name", "resourceArn"),
    live=Compiled,
)
