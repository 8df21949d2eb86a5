"""What IAM decides from values alone: documents, tags, ids, the policies that AWS manages."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import msgspec

from cloudchamber.services.iam import limits
from cloudchamber.services.iam.errors import (
    InvalidInputException,
    LimitExceededException,
    MalformedPolicyDocumentException,
)

ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_ACTION = re.compile(r"\*|[\w*?-]+:[\w*?/.:-]+")
_SPACE = re.compile(r"\s")


def characters(document: str) -> int:
    """The size of a policy as IAM counts it: without white space."""
    return len(_SPACE.sub("", document))


def check_identity_policy(document: str) -> None:
    """Raise MalformedPolicyDocument for what is no policy of an identity.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
    """
    for statement in _statements(document):
        if "Principal" in statement or "NotPrincipal" in statement:
            raise MalformedPolicyDocumentException("Policy document should not specify a principal.")
        actions = _texts(statement, "Action", "NotAction", "Policy statement must contain actions.")
        _check_actions(actions)
        for resource in _texts(
            statement, "Resource", "NotResource", "Policy statement must contain resources."
        ):
            if not re.match(r"(\*|arn:|\$\{)", resource):
                raise MalformedPolicyDocumentException(f'Resource {resource} must be in ARN format or "*".')


def check_trust_policy(document: str) -> None:
    """Raise MalformedPolicyDocument for what is no trust policy, LimitExceeded for one that is too long."""
    for statement in _statements(document):
        for field in ("Resource", "NotResource"):
            if field in statement:
                raise MalformedPolicyDocumentException(f"Has prohibited field {field}")
        if "Principal" not in statement and "NotPrincipal" not in statement:
            raise MalformedPolicyDocumentException("Missing required field Principal")
        for action in _texts(statement, "Action", "NotAction", "Missing required field Action"):
            if action != "*" and not action.lower().startswith("sts:"):
                raise MalformedPolicyDocumentException(
                    "AssumeRole policy may only specify STS AssumeRole actions."
                )
    if characters(document) > limits.TRUST_CHARACTERS_MAX:
        raise LimitExceededException(f"Cannot exceed quota for ACLSizePerRole: {limits.TRUST_CHARACTERS_MAX}")


def _statements(document: str) -> list[dict[str, Any]]:
    try:
        policy = msgspec.json.decode(document)
    except msgspec.DecodeError:
        raise MalformedPolicyDocumentException("This policy contains invalid Json") from None
    if not isinstance(policy, dict) or policy.get("Version", "2008-10-17") not in (
        "2008-10-17",
        "2012-10-17",
    ):
        raise MalformedPolicyDocumentException()
    found: Any = policy.get("Statement")
    statements: list[Any] = found if isinstance(found, list) else [found]
    if not statements:
        raise MalformedPolicyDocumentException()
    for statement in statements:
        if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
            raise MalformedPolicyDocumentException()
    return statements


def _texts(statement: dict[str, Any], member: str, opposite: str, missing: str) -> list[str]:
    value = statement.get(member, statement.get(opposite))
    if value is None or value == []:
        raise MalformedPolicyDocumentException(missing)
    texts: list[Any] = value if isinstance(value, list) else [value]
    if not all(isinstance(text, str) for text in texts):
        raise MalformedPolicyDocumentException()
    return texts


def _check_actions(actions: list[str]) -> None:
    for action in actions:
        if action != "*" and ":" not in action:
            raise MalformedPolicyDocumentException(
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
            )
        if not _ACTION.fullmatch(action):
            raise MalformedPolicyDocumentException(f"Action {action} is not valid.")


def tags_of(items: list[dict[str, str]] | None, known: dict[str, str] | None = None) -> dict[str, str]:
    """The tags of a request added to those `known`. Keys are the same whatever their case.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
    """
    tags, seen = dict(known or {}), set[str]()
    for item in items or ():
        folded = item["Key"].lower()
        if folded in seen:
            raise InvalidInputException(
                "Duplicate tag keys found. Please note that Tag keys are case insensitive."
            )
        seen.add(folded)
        for key in [key for key in tags if key.lower() == folded]:
            del tags[key]
        tags[item["Key"]] = item["Value"]
    if len(tags) > limits.TAGS_MAX:
        raise LimitExceededException("The number of tags has reached the maximum limit.")
    return tags


def without_tags(tags: dict[str, str], keys: list[str]) -> dict[str, str]:
    """Tags less those of `keys`, whatever their case."""
    gone = {key.lower() for key in keys}
    return {key: value for key, value in tags.items() if key.lower() not in gone}


def managed_id(arn: str) -> str:
    """The id of a policy that AWS manages: always the same for the same ARN."""
    return "ANPA" + base64.b32encode(hashlib.sha256(arn.encode()).digest()).decode()[:17]


def is_managed_by_aws(arn: str) -> bool:
    """Whether a policy's ARN is one of AWS's own."""
    return re.fullmatch(r"arn:aws[\w-]*:iam::aws:policy/(?:[\w.,+@=-]+/)*[\w+=,.@-]+", arn) is not None


_LOGS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
MANAGED_ACTIONS: dict[str, tuple[str, ...]] = {
    "AdministratorAccess": ("*",),
    "AmazonDynamoDBFullAccess": ("dynamodb:*",),
    "AmazonS3FullAccess": ("s3:*", "s3-object-lambda:*"),
    "AmazonS3ReadOnlyAccess": ("s3:Get*", "s3:List*", "s3:Describe*"),
    "AmazonSNSFullAccess": ("sns:*",),
    "AmazonSQSFullAccess": ("sqs:*",),
    "AWSXRayDaemonWriteAccess": ("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
    "service-role/AWSLambdaBasicExecutionRole": _LOGS,
    "service-role/AWSLambdaDynamoDBExecutionRole": (
        "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams", *_LOGS,
    ),
    "service-role/AWSLambdaKinesisExecutionRole": (
        "kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator",
        "kinesis:ListShards", "kinesis:ListStreams", "kinesis:SubscribeToShard", *_LOGS,
    ),
    "service-role/AWSLambdaSQSQueueExecutionRole": (
        "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", *_LOGS,
    ),
}  # fmt: skip


def managed_document(arn: str) -> str | None:
    """The document of a policy that AWS manages, for those that are known here."""
    actions = MANAGED_ACTIONS.get(arn.partition(":policy/")[2])
    if actions is None:
        return None
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return msgspec.json.encode({"Version": "2012-10-17", "Statement": [statement]}).decode()
