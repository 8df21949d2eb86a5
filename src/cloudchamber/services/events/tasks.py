"""What the outbox runs for EventBridge."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Arn, AwsError, Context
from cloudchamber.services.events import limits, rules
from cloudchamber.services.events.errors import AccessDeniedException, ResourceNotFoundException
from cloudchamber.services.events.operations.deliveries import PRINCIPAL, deliver
from cloudchamber.services.events.operations.entries import check_may_put, enter
from cloudchamber.services.events.operations.event_rules import schedule_next
from cloudchamber.services.events.operations.event_sources import end_source
from cloudchamber.services.events.operations.routes import routes_of
from cloudchamber.services.events.records import ARCHIVED, ARCHIVES, EVENT_SOURCES, REPLAYS, RULES, find_bus
from cloudchamber.services.events.rules import Event, Refused


def forward_event(ctx: Context, request: dict[str, Any]) -> None:
    """An event comes from another bus. Across accounts, the policy of this one is asked at each delivery (F052)."""
    bus = find_bus(ctx, request["Bus"])
    if bus is None:
        raise ResourceNotFoundException(f"Event bus {request['Bus']} does not exist.")
    event = Event(msgspec.json.decode(request["Event"], type=dict[str, Any]), request["Event"])
    if request["From"] != ctx.account:
        try:
            check_may_put(ctx, bus, request["From"], event)
        except Refused as refused:
            raise AccessDeniedException(refused.message) from None
    enter(ctx, bus, event, forwarded=True)


def run_schedule(ctx: Context, request: dict[str, Any]) -> None:
    """A scheduled rule's instant has come. Meant while the rule is as it was when this was put into the outbox.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
    """
    rule, at_ms = RULES.get(ctx, request["Bus"], request["Rule"]), request["AtMs"]
    if rule is None or rule.generation != request["Generation"] or rule.state == "DISABLED":
        return
    event = Event(
        {
            "version": "0",
            "id": ctx.ids.uuid(),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": ctx.account,
            "time": rules.iso(at_ms),
            "region": ctx.region,
            "resources": [ctx.arn(rule.resource)],
            "detail": {},
        }
    )
    deliver(ctx, routes_of(ctx, rule), event)
    schedule_next(ctx, rule, max(at_ms, ctx.now_ms))


def run_replay(ctx: Context, request: dict[str, Any]) -> None:
    """Replay the next minute of an archive that has events. Meant while the replay is neither done nor cancelled.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_StartReplay.html
    """
    replay = REPLAYS.get(ctx, request["Replay"])
    if replay is None or replay.started_at_ms != request["StartedAtMs"]:
        return
    now_ms, archive = ctx.now_ms, ARCHIVES.get(ctx, replay.archive)
    bus = find_bus(ctx, archive.bus) if archive else None
    if archive is None or bus is None or replay.state == "CANCELLING":
        state = "CANCELLED" if replay.state == "CANCELLING" else "FAILED"
        REPLAYS.put(ctx, msgspec.structs.replace(replay, state=state, ended_at_ms=now_ms), replay.name)
        return
    since_ms = max(request["FromMs"], rules.oldest_kept_ms(archive.retention_days, now_ms))
    first = next(
        ARCHIVED.scan(ctx, archive.name, since=(since_ms,), before=(replay.until_ms,), limit=1), None
    )
    if first is None:
        done = msgspec.structs.replace(replay, state="COMPLETED", ended_at_ms=now_ms)
        REPLAYS.put(ctx, done, replay.name)
        return
    from_ms = int(first[0][1])
    until_ms = min(from_ms + limits.REPLAY_INTERVAL_MS, replay.until_ms)
    for _, text in list(ARCHIVED.scan(ctx, archive.name, since=(from_ms,), before=(until_ms,))):
        value = msgspec.json.decode(text, type=dict[str, Any])
        enter(ctx, bus, Event(value | {"replay-name": replay.name}), rule_arns=replay.filter_arns)
    REPLAYS.put(ctx, msgspec.structs.replace(replay, state="RUNNING", last_ms=until_ms - 1), replay.name)
    ctx.later("events", "run_replay", request | {"FromMs": until_ms}, due_at_ms=now_ms + 1)


def expire_event_source(ctx: Context, request: dict[str, Any]) -> None:
    """A partner event source was pending for too long, and ends. Meant while nothing has set another end.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeactivateEventSource.html
    """
    source = EVENT_SOURCES.get(ctx, request["Name"])
    if source and source.state == "PENDING" and source.expires_at_ms == request["ExpiresAtMs"]:
        end_source(ctx, source)


def dead_letter(ctx: Context, request: dict[str, Any]) -> None:
    """Send an event that could not be delivered to its target's dead-letter queue (F045).

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    """
    fail_invocation(ctx, request)
    arn, failure = Arn.parse(request["QueueArn"]), request["Failure"]
    assert arn is not None, "a dead-letter queue's ARN is checked when its target is put"
    texts = {
        "RULE_ARN": request["RuleArn"],
        "TARGET_ARN": request["TargetArn"],
        "ERROR_CODE": rules.dead_letter_code(failure["Code"]),
        "ERROR_MESSAGE": failure["Message"] or failure["Code"],
    }
    if failure["Condition"] != "NoRetry":
        texts["EXHAUSTED_RETRY_CONDITION"] = failure["Condition"]
        texts["RETRY_ATTEMPTS"] = str(failure["Attempts"] - 1)
    message = {
        "QueueUrl": f"{ctx.base_url}/{arn.account}/{arn.resource}",
        "MessageBody": request["Event"],
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": text} for name, text in texts.items()
        },
    }
    ctx.join("sqs", "SendMessage", message, account=arn.account, region=arn.region, principal=PRINCIPAL)
    ctx.measure("AWS/Events", "InvocationsSentToDlq", RuleName=request["RuleName"])


def fail_invocation(ctx: Context, request: dict[str, Any]) -> None:
    """A target could not be invoked, for good.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
    """
    ctx.measure("AWS/Events", "FailedInvocations", RuleName=request["RuleName"])


async def write_log(ctx: Context, request: dict[str, Any]) -> None:
    """Write an event into a log group, in a stream of its own.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
    """
    group, stream = request["Group"], request["Stream"]
    names = {"logGroupName": group, "logStreamName": stream}
    try:
        await ctx.call("logs", "CreateLogStream", names)
    except AwsError as error:
        if error.code != "ResourceAlreadyExistsException":
            raise
    events = [{"timestamp": request["AtMs"], "message": request["Message"]}]
    await ctx.call("logs", "PutLogEvents", names | {"logEvents": events})
