"""AWS CloudFormation: stacks, change sets, exports, custom resources, and every resource type AWS knows."""

from cloudchamber.aws import Service
from cloudchamber.services.cloudformation.errors import phrase
from cloudchamber.services.cloudformation.fidelity import LEDGER
from cloudchamber.services.cloudformation.operations import (
    change_sets,
    describing,
    exports,
    policies,
    stacks,
    templates,
)
from cloudchamber.services.cloudformation.tasks import callbacks, making, removing, telling

SERVICE = Service(
    "cloudformation",
    operations={
        "CancelUpdateStack": stacks.cancel_update_stack,
        "ContinueUpdateRollback": stacks.continue_update_rollback,
        "CreateChangeSet": change_sets.create_change_set,
        "CreateStack": stacks.create_stack,
        "DeleteChangeSet": change_sets.delete_change_set,
        "DeleteStack": stacks.delete_stack,
        "DescribeAccountLimits": policies.describe_account_limits,
        "DescribeChangeSet": change_sets.describe_change_set,
        "DescribeStackEvents": describing.describe_stack_events,
        "DescribeStackResource": describing.describe_stack_resource,
        "DescribeStackResources": describing.describe_stack_resources,
        "DescribeStacks": describing.describe_stacks,
        "ExecuteChangeSet": change_sets.execute_change_set,
        "GetStackPolicy": policies.get_stack_policy,
        "GetTemplate": templates.get_template,
        "GetTemplateSummary": templates.get_template_summary,
        "ListChangeSets": change_sets.list_change_sets,
        "ListExports": exports.list_exports,
        "ListImports": exports.list_imports,
        "ListStackResources": describing.list_stack_resources,
        "ListStacks": describing.list_stacks,
        "RollbackStack": stacks.rollback_stack,
        "SetStackPolicy": policies.set_stack_policy,
        "SignalResource": policies.signal_resource,
        "UpdateStack": stacks.update_stack,
        "UpdateTerminationProtection": stacks.update_termination_protection,
        "ValidateTemplate": templates.validate_template,
    },
    tasks={
        "create_nested_stack": stacks.create_nested_stack,
        "fail_callback": callbacks.fail_callback,
        "fail_resource": making.fail_resource,
        "inert_resources": describing.inert_resources,
        "make_resource": making.make_resource,
        "put_answer": callbacks.put_answer,
        "remove_resource": removing.remove_resource,
        "restore_resource": removing.restore_resource,
        "tell_event_bus": telling.tell_event_bus,
        "time_out_creation": stacks.time_out_creation,
    },
    http={"cloudformation-response": callbacks.answer_http},
    ledger=LEDGER,
    named_by=("StackName",),
    phrase=phrase,
)
