"""Which events of a bucket are told to whom.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-enable-disable-notification-intro.html
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

from cloudchamber.aws import Arn, AwsError, Context
from cloudchamber.services.s3 import limits
from cloudchamber.services.s3.errors import InvalidArgument
from cloudchamber.services.s3.model import Bucket, Configuration
from cloudchamber.services.s3.operations.buckets import changed
from cloudchamber.services.s3.operations.events import send
from cloudchamber.services.s3.operations.finding import bucket_in
from cloudchamber.services.s3.records import CONFIGURATIONS
from cloudchamber.services.s3.rules import events

_SERVICES = {
    "TopicConfigurations": ("sns", "Topic"),
    "QueueConfigurations": ("sqs", "Queue"),
    "LambdaFunctionConfigurations": ("lambda", "CloudFunction"),
}
_UNABLE = "Unable to validate the following destination configurations"
_OVERLAP = "Configurations overlap. Configurations on the same bucket cannot share a common event type."
_AMBIGUOUS = (
    "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping "
    "for the same event type."
)


def get_bucket_notification_configuration(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html"""
    kept = CONFIGURATIONS.get(ctx, bucket_in(ctx, request).name, "notification")
    return kept.value if kept else {}


async def put_bucket_notification_configuration(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html"""
    wanted = request["NotificationConfiguration"] or {}
    bucket = await ctx.transact(lambda ctx: bucket_in(ctx, request))
    configuration = _checked(ctx, bucket, wanted)
    if not request.get("SkipDestinationValidation"):
        await _check_destinations(ctx, configuration)
    await ctx.transact(lambda ctx: _keep(ctx, request, configuration))
    return {}


def _checked(ctx: Context, bucket: Bucket, wanted: dict[str, Any]) -> dict[str, Any]:
    """The configuration with ids. Raises InvalidArgument."""
    configuration: dict[str, Any] = {}
    for kind, (service, noun) in _SERVICES.items():
        for entry in wanted.get(kind) or ():
            _check_arn(entry[events.KINDS[kind]], service, noun, bucket)
            _check_rules(entry)
            configuration.setdefault(kind, []).append({"Id": ctx.ids.uuid(), **entry})
    entries = [entry for kind in configuration for entry in configuration[kind]]
    if len({entry["Id"] for entry in entries}) < len(entries):
        raise InvalidArgument("Same ID used for multiple configurations. IDs must be unique")
    if len(entries) > limits.NOTIFICATION_CONFIGURATIONS_MAX:
        raise InvalidArgument("The number of notification configurations exceeds the limit.")
    for first, second in combinations(entries, 2):
        if events.overlap(first, second):
            filtered = any(events.affixes(entry) != ("", "") for entry in (first, second))
            raise InvalidArgument(_AMBIGUOUS if filtered else _OVERLAP)
    if wanted.get("EventBridgeConfiguration") is not None:
        configuration["EventBridgeConfiguration"] = {}
    return configuration


def _check_arn(text: str, service: str, noun: str, bucket: Bucket) -> None:
    arn = Arn.parse(text)
    if arn is None or arn.service != service:
        raise InvalidArgument("The ARN could not be parsed", ArgumentName=noun, ArgumentValue=text)
    if arn.region != bucket.region:
        raise InvalidArgument(
            "The notification destination service region is not valid for the bucket location constraint",
            ArgumentName=noun,
            ArgumentValue=text,
        )
    if service != "lambda" and text.endswith(".fifo"):  # destinations are standard queues and topics
        raise InvalidArgument(
            _UNABLE, ArgumentName1=text, ArgumentValue1="FIFO destinations are not supported"
        )


def _check_rules(entry: dict[str, Any]) -> None:
    rules = ((entry.get("Filter") or {}).get("Key") or {}).get("FilterRules") or ()
    names = [rule.get("Name") for rule in rules]
    for name in ("prefix", "suffix"):
        if names.count(name) > 1:
            raise InvalidArgument(f"Cannot specify more than one {name} rule in a filter.")
    for rule in rules:
        if rule.get("Name") is None:
            raise InvalidArgument("filter rule name must be either prefix or suffix")
        if len((rule.get("Value") or "").encode()) > limits.KEY_BYTES_MAX:
            raise InvalidArgument(
                "Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation"
            )


async def _check_destinations(ctx: Context, configuration: dict[str, Any]) -> None:
    """Each destination must exist. Raises InvalidArgument, which lists those that do not."""
    missing: dict[str, Any] = {}
    for kind, member in events.KINDS.items():
        for entry in configuration.get(kind) or ():
            problem = await _problem(ctx, kind, entry[member])
            if problem:
                number = len(missing) // 2 + 1
                missing |= {f"ArgumentName{number}": entry[member], f"ArgumentValue{number}": problem}
    if missing:
        raise InvalidArgument(_UNABLE, **missing)


async def _problem(ctx: Context, kind: str, text: str) -> str:
    arn = Arn.parse(text)
    assert arn is not None, "checked before"
    service, noun = _SERVICES[kind]
    operation, request = {
        "sqs": ("GetQueueAttributes", {"QueueUrl": arn.resource, "AttributeNames": ["QueueArn"]}),
        "sns": ("GetTopicAttributes", {"TopicArn": text}),
        "lambda": ("GetFunctionConfiguration", {"FunctionName": text}),
    }[service]
    try:
        await ctx.call(service, operation, request, account=arn.account, region=arn.region)
    except AwsError as error:
        if service == "lambda":
            return f"Not authorized to invoke function [{text}]"
        if error.code in (
            "AWS.SimpleQueueService.NonExistentQueue",
            "QueueDoesNotExist",
            "NotFound",
            "NotFoundException",
        ):
            return f"The destination {noun.lower()} does not exist"
        return f"Permissions on the destination {noun.lower()} do not allow S3 to publish notifications from this bucket"
    return ""


def _keep(ctx: Context, request: dict[str, Any], configuration: dict[str, Any]) -> None:
    bucket = bucket_in(ctx, request)
    changed(ctx, bucket, notified=bool(configuration))
    if not configuration:
        CONFIGURATIONS.delete(ctx, bucket.name, "notification")
        return
    CONFIGURATIONS.put(ctx, Configuration(configuration), bucket.name, "notification")
    host_id = ctx.ids.hex(64)
    for kind in ("TopicConfigurations", "QueueConfigurations"):
        for entry in configuration.get(kind) or ():
            message = events.test_message(bucket, ctx.now_ms, ctx.request_id, host_id)
            send(ctx, entry[events.KINDS[kind]], message)
