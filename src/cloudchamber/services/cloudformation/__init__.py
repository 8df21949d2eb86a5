"""AWS CloudFormation: stacks, change sets, exports, custom resources, and every resource type AWS knows."""

from cloudchamber.aws import Service
from cloudchamber.services.cloudformation.errors import phrase
from cloudchamber.services.cloudformation.operations import describing, stacks
from cloudchamber.services.cloudformation.tasks import making, removing

SERVICE = Service(
    "cloudformation",
    operations={
        "CancelUpdateStack": stacks.cancel_update_stack,
        "ContinueUpdateRollback": stacks.continue_update_rollback,
        "CreateStack": stacks.create_stack,
        "DeleteStack": stacks.delete_stack,
        "DescribeStackEvents": describing.describe_stack_events,
        "DescribeStackResource": describing.describe_stack_resource,
        "DescribeStackResources": describing.describe_stack_resources,
        "DescribeStacks": describing.describe_stacks,
        "ListStackResources": describing.list_stack_resources,
        "ListStacks": describing.list_stacks,
        "RollbackStack": stacks.rollback_stack,
        "UpdateStack": stacks.update_stack,
        "UpdateTerminationProtection": stacks.update_termination_protection,
    },
    tasks={
        "fail_resource": making.fail_resource,
        "inert_resources": describing.inert_resources,
        "make_resource": making.make_resource,
        "remove_resource": removing.remove_resource,
        "restore_resource": removing.restore_resource,
        "time_out_creation": stacks.time_out_creation,
    },
    named_by=("StackName",),
    phrase=phrase,
)
