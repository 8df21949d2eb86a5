"""What of a deployed application does not change while it runs: names, keys, order, and where given-up events go."""

from __future__ import annotations

import json
import re
from typing import Any

from cloudchamber.aws import AwsError
from cloudchamber.aws.session import Session
from cloudchamber.verify.state import DeadLetters, Layout

_TYPES = {
    "AWS::DynamoDB::GlobalTable": "table",
    "AWS::DynamoDB::Table": "table",
    "AWS::Events::Rule": "rule",
    "AWS::Kinesis::Stream": "stream",
    "AWS::Lambda::Function": "function",
    "AWS::Pipes::Pipe": "pipe",
    "AWS::S3::Bucket": "bucket",
    "AWS::SNS::Subscription": "subscription",
    "AWS::SNS::Topic": "topic",
    "AWS::SQS::Queue": "queue",
    "AWS::Scheduler::Schedule": "schedule",
    "AWS::StepFunctions::StateMachine": "workflow",
}
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
ASYNC_RETRIES_DEFAULT = 2
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
RULE_RETRIES_DEFAULT = 185
# https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
SUBSCRIPTION_TRIES = 100_015
# https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html: until the record expires
ENDLESS_TRIES = 10_000


class Names:
    """Logical ids by physical names, for each kind of place."""

    def __init__(self, names: dict[str, dict[str, str]]) -> None:
        self._names = names

    def of(self, kind: str, physical: str) -> str:
        """The logical id of what has that name, ARN or URL; its own name when no template made it."""
        name = last_part(physical)
        return self._names.get(kind, {}).get(name, name)


def last_part(physical: str) -> str:
    """The name in an ARN, a URL, or a name: what is unique within its kind."""
    return re.split(r"[/:|]", physical.rstrip("/"))[-1]


def names_of(resources: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    """Logical ids by physical names; a logical id that two stacks use for one kind stands for none."""
    made: dict[str, dict[str, str]] = {}
    for resource in resources:
        kind = _TYPES.get(resource["ResourceType"])
        physical = resource.get("PhysicalResourceId")
        if kind and physical:
            made.setdefault(kind, {})[last_part(physical)] = resource["LogicalResourceId"]
    for kind, names in made.items():
        logical = list(names.values())
        made[kind] = {name: each for name, each in names.items() if logical.count(each) == 1}
    return made


async def survey(aws: Session, resources: list[dict[str, Any]]) -> Layout:
    """Look at everything in the account and region of `aws`. `resources`: summaries of ListStackResources."""
    found = _Survey(aws, names_of(resources))
    for look in (
        found.tables,
        found.queues,
        found.functions,
        found.mappings,
        found.rules,
        found.subscriptions,
        found.schedules,
        found.pipes,
    ):
        await look()
    return Layout(
        found.keys,
        tuple(found.fifo),
        {name: tuple(sources) for name, sources in sorted(found.dead_letters.items())},
        tuple(sorted(found.consumed)),
        found.names,
    )


async def pages(aws: Session, service: str, operation: str, request: dict[str, Any], of: str) -> list[Any]:
    """All entries `of` a listing, whatever its members for paging are called."""
    asked, given = _PAGING.get((service, operation), ("NextToken", "NextToken"))
    found: list[Any] = []
    while True:
        answer = await aws.call(service, operation, request)
        found += answer.get(of) or []
        if not answer.get(given):
            return found
        request = {**request, asked: answer[given]}


_PAGING = {
    ("dynamodb", "ListTables"): ("ExclusiveStartTableName", "LastEvaluatedTableName"),
    ("dynamodb", "Scan"): ("ExclusiveStartKey", "LastEvaluatedKey"),
    ("lambda", "ListEventSourceMappings"): ("Marker", "NextMarker"),
    ("lambda", "ListFunctions"): ("Marker", "NextMarker"),
    ("s3", "ListObjectsV2"): ("ContinuationToken", "NextContinuationToken"),
    ("stepfunctions", "ListExecutions"): ("nextToken", "nextToken"),
    ("stepfunctions", "ListStateMachines"): ("nextToken", "nextToken"),
}


class _Survey:
    def __init__(self, aws: Session, names: dict[str, dict[str, str]]) -> None:
        self._aws, self.names, self._named = aws, names, Names(names)
        self.keys: dict[str, tuple[str, ...]] = {}
        self.fifo: list[str] = []
        self.dead_letters: dict[str, list[DeadLetters]] = {}
        self.consumed: set[str] = set()

    async def tables(self) -> None:
        for name in await pages(self._aws, "dynamodb", "ListTables", {}, "TableNames"):
            table = (await self._aws.call("dynamodb", "DescribeTable", {"TableName": name}))["Table"]
            keys = sorted(table["KeySchema"], key=lambda key: key["KeyType"] != "HASH")
            self.keys[self._named.of("table", name)] = tuple(key["AttributeName"] for key in keys)

    async def queues(self) -> None:
        for url in await pages(self._aws, "sqs", "ListQueues", {"MaxResults": 1000}, "QueueUrls"):
            request = {"QueueUrl": url, "AttributeNames": ["All"]}
            attributes = (await self._aws.call("sqs", "GetQueueAttributes", request)).get("Attributes") or {}
            name = self._named.of("queue", url)
            if attributes.get("FifoQueue") == "true":
                self.fifo.append(name)
            redrive = json.loads(attributes.get("RedrivePolicy") or "{}")
            if redrive:
                self._note(redrive["deadLetterTargetArn"], f"queue {name}", int(redrive["maxReceiveCount"]))

    async def functions(self) -> None:
        for function in await pages(self._aws, "lambda", "ListFunctions", {}, "Functions"):
            name = function["FunctionName"]
            try:
                config = await self._aws.call(
                    "lambda", "GetFunctionEventInvokeConfig", {"FunctionName": name}
                )
            except AwsError as error:
                if error.code != "ResourceNotFoundException":
                    raise
                config = {}
            tries = 1 + _given(config.get("MaximumRetryAttempts"), ASYNC_RETRIES_DEFAULT)
            label = f"function {self._named.of('function', name)}"
            self._note((function.get("DeadLetterConfig") or {}).get("TargetArn"), label, tries)
            self._note(_on_failure(config), label, tries)

    async def mappings(self) -> None:
        for mapping in await pages(self._aws, "lambda", "ListEventSourceMappings", {}, "EventSourceMappings"):
            source = mapping.get("EventSourceArn") or ""
            if ":sqs:" in source and mapping.get("State") not in ("Disabled", "Disabling"):
                self.consumed.add(self._named.of("queue", source))
            tries = _tries_of_stream(mapping.get("MaximumRetryAttempts"))
            function = self._named.of(
                "function", (mapping.get("FunctionArn") or "").split(":function:")[-1].split(":")[0]
            )
            self._note(_on_failure(mapping), f"mapping of {function}", tries)

    async def rules(self) -> None:
        for bus in await pages(self._aws, "events", "ListEventBuses", {}, "EventBuses"):
            request = {"EventBusName": bus["Name"]}
            for rule in await pages(self._aws, "events", "ListRules", request, "Rules"):
                of_rule = {**request, "Rule": rule["Name"]}
                for target in await pages(self._aws, "events", "ListTargetsByRule", of_rule, "Targets"):
                    self._note_target(target, f"rule {self._named.of('rule', rule['Name'])}")

    async def subscriptions(self) -> None:
        for subscription in await pages(self._aws, "sns", "ListSubscriptions", {}, "Subscriptions"):
            arn = subscription["SubscriptionArn"]
            if not arn.startswith("arn:"):
                continue  # it waits for its confirmation
            answer = await self._aws.call("sns", "GetSubscriptionAttributes", {"SubscriptionArn": arn})
            policy = json.loads(answer["Attributes"].get("RedrivePolicy") or "{}")
            label = f"subscription {self._named.of('subscription', arn)}"
            self._note(policy.get("deadLetterTargetArn"), label, SUBSCRIPTION_TRIES)

    async def schedules(self) -> None:
        for schedule in await pages(self._aws, "scheduler", "ListSchedules", {}, "Schedules"):
            request = {"Name": schedule["Name"], "GroupName": schedule.get("GroupName") or "default"}
            whole = await self._aws.call("scheduler", "GetSchedule", request)
            self._note_target(whole["Target"], f"schedule {self._named.of('schedule', schedule['Name'])}")

    async def pipes(self) -> None:
        for pipe in await pages(self._aws, "pipes", "ListPipes", {}, "Pipes"):
            whole = await self._aws.call("pipes", "DescribePipe", {"Name": pipe["Name"]})
            if ":sqs:" in whole["Source"]:
                self.consumed.add(self._named.of("queue", whole["Source"]))
            for parameters in (whole.get("SourceParameters") or {}).values():
                if isinstance(parameters, dict):
                    arn = (parameters.get("DeadLetterConfig") or {}).get("Arn")
                    tries = _tries_of_stream(parameters.get("MaximumRetryAttempts"))
                    self._note(arn, f"pipe {self._named.of('pipe', pipe['Name'])}", tries)

    def _note_target(self, target: dict[str, Any], label: str) -> None:
        retries = (target.get("RetryPolicy") or {}).get("MaximumRetryAttempts")
        arn = (target.get("DeadLetterConfig") or {}).get("Arn")
        self._note(arn, label, 1 + _given(retries, RULE_RETRIES_DEFAULT))

    def _note(self, queue_arn: str | None, source: str, tries_count: int) -> None:
        if queue_arn and ":sqs:" in queue_arn:
            name = self._named.of("queue", queue_arn)
            self.dead_letters.setdefault(name, []).append(DeadLetters(source, tries_count))


def _given(value: int | None, default: int) -> int:
    return default if value is None else value


def _tries_of_stream(retries: int | None) -> int:
    return ENDLESS_TRIES if retries is None or retries < 0 else retries + 1


def _on_failure(config: dict[str, Any]) -> str | None:
    return ((config.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
