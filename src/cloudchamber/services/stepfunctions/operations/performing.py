"""The call of a task, and what its outcome means."""

from __future__ import annotations

from cloudchamber.aws import AwsError, Context
from cloudchamber.languages.states import Happening, Resource, StatesError
from cloudchamber.languages.states.resources import CALLBACK
from cloudchamber.services.stepfunctions.operations.stepping import PRINCIPAL
from cloudchamber.services.stepfunctions.rules.integrations import Plan, failure_of


async def outcome_of(ctx: Context, resource: Resource, plan: Plan) -> Happening:
    """Make the call, and say what it means for the task."""
    callback = resource.pattern == CALLBACK
    try:
        answer = await ctx.call(plan.service, plan.operation, plan.request, principal=PRINCIPAL)
        output = plan.output(answer)
    except AwsError as error:
        problem = failure_of(plan, error, ctx.request_id)
    except StatesError as raised:
        problem = raised
    else:
        return Happening("task_submitted" if callback else "task_succeeded", output=output)
    return Happening("task_failed", error=problem.error, cause=problem.cause)
