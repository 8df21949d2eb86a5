"""The properties of AWS::S3::Bucket in the words of the API.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from cloudchamber.wire.instants import parse_timestamp

Properties = dict[str, Any]

# https://docs.aws.amazon.com/general/latest/gr/s3.html#s3_website_region_endpoints
DASHED_WEBSITE_REGIONS = frozenset(
    {
        "us-east-1",
        "us-west-1",
        "us-west-2",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-northeast-1",
        "eu-west-1",
        "sa-east-1",
    }
)


class Setting(msgspec.Struct, frozen=True):
    """One property: the operation that puts it, its request, and how it is taken away: by `delete`, or by a `default`."""

    name: str
    put: str
    request: Callable[[Any], Properties]
    delete: str = ""
    default: Properties | None = None


def ownership(properties: Properties) -> str | None:
    """The object ownership a bucket is made with; an ACL that is no private one needs the old kind."""
    rules = (properties.get("OwnershipControls") or {}).get("Rules") or []
    return rules[0]["ObjectOwnership"] if rules else None


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def _versioning(value: Properties) -> Properties:
    return {"VersioningConfiguration": {"Status": value["Status"]}}


def _block(value: Properties) -> Properties:
    return {"PublicAccessBlockConfiguration": {name: _is_true(flag) for name, flag in value.items()}}


def _encryption(value: Properties) -> Properties:
    rules: list[Properties] = []
    for rule in value["ServerSideEncryptionConfiguration"]:
        made: Properties = {}
        if "ServerSideEncryptionByDefault" in rule:
            made["ApplyServerSideEncryptionByDefault"] = rule["ServerSideEncryptionByDefault"]
        if "BucketKeyEnabled" in rule:
            made["BucketKeyEnabled"] = _is_true(rule["BucketKeyEnabled"])
        rules.append(made)
    return {"ServerSideEncryptionConfiguration": {"Rules": rules}}


_CORS_NAMES = {"ExposedHeaders": "ExposeHeaders", "Id": "ID", "MaxAge": "MaxAgeSeconds"}


def _cors(value: Properties) -> Properties:
    rules = [
        {_CORS_NAMES.get(name, name): item for name, item in rule.items()} for rule in value["CorsRules"]
    ]
    for rule in rules:
        if "MaxAgeSeconds" in rule:
            rule["MaxAgeSeconds"] = int(rule["MaxAgeSeconds"])
    return {"CORSConfiguration": {"CORSRules": rules}}


def _website(value: Properties) -> Properties:
    made: Properties = {}
    if "IndexDocument" in value:
        made["IndexDocument"] = {"Suffix": value["IndexDocument"]}
    if "ErrorDocument" in value:
        made["ErrorDocument"] = {"Key": value["ErrorDocument"]}
    if "RedirectAllRequestsTo" in value:
        made["RedirectAllRequestsTo"] = value["RedirectAllRequestsTo"]
    rules = [_routing(rule) for rule in value.get("RoutingRules") or ()]
    if rules:
        made["RoutingRules"] = rules
    return {"WebsiteConfiguration": made}


def _routing(rule: Properties) -> Properties:
    made: Properties = {"Redirect": rule["RedirectRule"]}
    if "RoutingRuleCondition" in rule:
        made["Condition"] = rule["RoutingRuleCondition"]
    return made


def _logging(value: Properties) -> Properties:
    if "DestinationBucketName" not in value:
        return {"BucketLoggingStatus": {}}
    target = {"TargetBucket": value["DestinationBucketName"], "TargetPrefix": value.get("LogFilePrefix", "")}
    return {"BucketLoggingStatus": {"LoggingEnabled": target}}


def _object_lock(value: Properties) -> Properties:
    made: Properties = {"ObjectLockEnabled": value.get("ObjectLockEnabled", "Enabled")}
    retention = (value.get("Rule") or {}).get("DefaultRetention")
    if retention:
        made["Rule"] = {
            "DefaultRetention": {
                name: item if name == "Mode" else int(item) for name, item in retention.items()
            }
        }
    return {"ObjectLockConfiguration": made}


def _replication(value: Properties) -> Properties:
    rules = [
        {("ID" if name == "Id" else name): item for name, item in rule.items()} for rule in value["Rules"]
    ]
    return {"ReplicationConfiguration": {"Role": value["Role"], "Rules": rules}}


def _acl(value: str) -> Properties:
    return {"ACL": re.sub(r"(?<!^)([A-Z])", r"-\1", value).lower()}  # PublicRead is public-read


def _lifecycle(value: Properties) -> Properties:
    made: Properties = {"LifecycleConfiguration": {"Rules": [_rule(rule) for rule in value["Rules"]]}}
    sizes = value.get("TransitionDefaultMinimumObjectSize")
    return made | ({"TransitionDefaultMinimumObjectSize": sizes} if sizes else {})


def _rule(rule: Properties) -> Properties:
    made: Properties = {"Status": rule["Status"], "Filter": _filter(rule)}
    if "Id" in rule:
        made["ID"] = rule["Id"]
    expiration: Properties = {}
    if "ExpirationInDays" in rule:
        expiration["Days"] = int(rule["ExpirationInDays"])
    if "ExpirationDate" in rule:
        expiration["Date"] = parse_timestamp(rule["ExpirationDate"])
    if _is_true(rule.get("ExpiredObjectDeleteMarker")):
        expiration["ExpiredObjectDeleteMarker"] = True
    if expiration:
        made["Expiration"] = expiration
    noncurrent = rule.get("NoncurrentVersionExpiration") or {}
    if "NoncurrentVersionExpirationInDays" in rule:
        noncurrent = {"NoncurrentDays": rule["NoncurrentVersionExpirationInDays"]}
    if noncurrent:
        made["NoncurrentVersionExpiration"] = {name: int(item) for name, item in noncurrent.items()}
    if "AbortIncompleteMultipartUpload" in rule:
        days = int(rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"])
        made["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": days}
    return made | _transitions(rule)


def _transitions(rule: Properties) -> Properties:
    made: Properties = {}
    plain = [*(rule.get("Transitions") or ()), *([rule["Transition"]] if "Transition" in rule else [])]
    if plain:
        made["Transitions"] = [_transition(entry, "Days") for entry in plain]
    old = rule.get("NoncurrentVersionTransition")
    noncurrent = [*(rule.get("NoncurrentVersionTransitions") or ()), *([old] if old else [])]
    if noncurrent:
        made["NoncurrentVersionTransitions"] = [_transition(entry, "NoncurrentDays") for entry in noncurrent]
    return made


def _transition(entry: Properties, days: str) -> Properties:
    made: Properties = {"StorageClass": entry["StorageClass"]}
    if "TransitionInDays" in entry:
        made[days] = int(entry["TransitionInDays"])
    if "TransitionDate" in entry:
        made["Date"] = parse_timestamp(entry["TransitionDate"])
    if "NewerNoncurrentVersions" in entry:
        made["NewerNoncurrentVersions"] = int(entry["NewerNoncurrentVersions"])
    return made


def _filter(rule: Properties) -> Properties:
    found: Properties = {}
    if rule.get("Prefix"):
        found["Prefix"] = rule["Prefix"]
    for name in ("ObjectSizeGreaterThan", "ObjectSizeLessThan"):
        if name in rule:
            found[name] = int(rule[name])
    tags = rule.get("TagFilters") or []
    if len(found) + len(tags) > 1:
        return {"And": found | ({"Tags": tags} if tags else {})}
    return found or ({"Tag": tags[0]} if tags else {"Prefix": ""})


_DESTINATIONS = {
    "LambdaConfigurations": ("LambdaFunctionConfigurations", "Function", "LambdaFunctionArn"),
    "QueueConfigurations": ("QueueConfigurations", "Queue", "QueueArn"),
    "TopicConfigurations": ("TopicConfigurations", "Topic", "TopicArn"),
}


def _notification(value: Properties) -> Properties:
    made: Properties = {}
    for name, (kind, member, arn) in _DESTINATIONS.items():
        for entry in value.get(name) or ():
            one: Properties = {arn: entry[member], "Events": [entry["Event"]]}
            rules = ((entry.get("Filter") or {}).get("S3Key") or {}).get("Rules") or ()
            if rules:
                lower = [{"Name": rule["Name"].lower(), "Value": rule["Value"]} for rule in rules]
                one["Filter"] = {"Key": {"FilterRules": lower}}
            made.setdefault(kind, []).append(one)
    bridge = value.get("EventBridgeConfiguration")
    if bridge is not None and _is_true(bridge.get("EventBridgeEnabled", True)):
        made["EventBridgeConfiguration"] = {}
    return {"NotificationConfiguration": made}


_OPEN = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}

# In the order in which they must be put: replication needs versions, a public ACL needs what precedes it.
SETTINGS = (
    Setting(
        "VersioningConfiguration",
        "PutBucketVersioning",
        _versioning,
        default={"VersioningConfiguration": {"Status": "Suspended"}},
    ),
    Setting(
        "OwnershipControls",
        "PutBucketOwnershipControls",
        lambda value: {"OwnershipControls": value},
        default={"OwnershipControls": _OPEN},
    ),
    Setting(
        "PublicAccessBlockConfiguration", "PutPublicAccessBlock", _block, delete="DeletePublicAccessBlock"
    ),
    Setting("AccessControl", "PutBucketAcl", _acl, default={"ACL": "private"}),
    Setting("BucketEncryption", "PutBucketEncryption", _encryption, delete="DeleteBucketEncryption"),
    Setting("CorsConfiguration", "PutBucketCors", _cors, delete="DeleteBucketCors"),
    Setting(
        "LifecycleConfiguration",
        "PutBucketLifecycleConfiguration",
        _lifecycle,
        delete="DeleteBucketLifecycle",
    ),
    Setting("WebsiteConfiguration", "PutBucketWebsite", _website, delete="DeleteBucketWebsite"),
    Setting("LoggingConfiguration", "PutBucketLogging", _logging, default={"BucketLoggingStatus": {}}),
    Setting(
        "AccelerateConfiguration",
        "PutBucketAccelerateConfiguration",
        lambda value: {"AccelerateConfiguration": {"Status": value["AccelerationStatus"]}},
        default={"AccelerateConfiguration": {"Status": "Suspended"}},
    ),
    Setting("ObjectLockConfiguration", "PutObjectLockConfiguration", _object_lock),
    Setting(
        "ReplicationConfiguration", "PutBucketReplication", _replication, delete="DeleteBucketReplication"
    ),
    Setting(
        "Tags", "PutBucketTagging", lambda value: {"Tagging": {"TagSet": value}}, delete="DeleteBucketTagging"
    ),
    Setting(
        "NotificationConfiguration",
        "PutBucketNotificationConfiguration",
        _notification,
        default={"NotificationConfiguration": {}},
    ),
)
