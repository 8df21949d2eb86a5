"""Amazon CloudWatch, Amazon EventBridge, AWS CloudTrail, Amazon GuardDuty and AWS Health."""

from __future__ import annotations

from typing import Any

from cloudchamber.sample_events.encodings import gzip_base64_of, text_of
from cloudchamber.sample_events.envelope import event
from cloudchamber.sample_events.kinds import Json, JsonArray, JsonObject, JsonTexts, source
from cloudchamber.sample_events.origin import Origin


def logs(
    origin: Origin,
    *,
    log_group: str = "testLogGroup",
    log_stream: str = "testLogStream",
    message: str = "[ERROR] First test message",
    filter: str = "testFilter",  # noqa: A002 - what users pass as --filter
    count: int = 2,
) -> dict[str, Any]:
    """Log events of a subscription, gzipped and in base64.

    https://docs.aws.amazon.com/lambda/latest/dg/services-cloudwatchlogs.html
    """
    log_events = [
        {"id": origin.digits(56), "timestamp": origin.at_ms + number, "message": message}
        for number in range(count)
    ]
    told = {
        "messageType": "DATA_MESSAGE",
        "owner": origin.account_id,
        "logGroup": log_group,
        "logStream": log_stream,
        "subscriptionFilters": [filter],
        "logEvents": log_events,
    }
    return {"awslogs": {"data": gzip_base64_of(text_of(told))}}


def scheduled_event(origin: Origin, *, rule: str = "ExampleRule") -> dict[str, Any]:
    """A scheduled rule.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
    """
    return event(origin, "aws.events", "Scheduled Event", {}, [origin.arn("events", f"rule/{rule}")])


def schedule(origin: Origin, *, schedule: str = "my-schedule", group: str = "default") -> dict[str, Any]:
    """A schedule of EventBridge Scheduler that has no input of its own.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
    """
    arn = origin.arn("scheduler", f"schedule/{group}/{schedule}")
    return event(origin, "aws.scheduler", "Scheduled Event", "{}", [arn])


def custom_event(
    origin: Origin,
    *,
    source: str = "com.mycompany.myapp",
    detail_type: str = "myDetailType",
    detail: JsonObject = '{"key1": "value1", "key2": "value2"}',
    resources: JsonArray = "[]",
) -> dict[str, Any]:
    """An event of an application, as rules give it to their targets.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
    """
    return event(origin, source, detail_type, detail, resources)


def alarm_state_change(
    origin: Origin,
    *,
    alarm: str = "ServerCpuTooHigh",
    state: str = "ALARM",
    previous_state: str = "OK",
    namespace: str = "AWS/EC2",
    metric: str = "CPUUtilization",
    dimensions: JsonTexts = '{"InstanceId": "i-0123456789abcdef0"}',
) -> dict[str, Any]:
    """`CloudWatch Alarm State Change`: OK, ALARM, INSUFFICIENT_DATA.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
    """
    configuration = {
        "description": f"Goes into alarm when {metric} is too high!",
        "metrics": [_metric(origin, namespace, metric, dimensions)],
    }
    detail = {
        "alarmName": alarm,
        "configuration": configuration,
        "previousState": _alarm_state(origin, previous_state, -60_000),
        "state": _alarm_state(origin, state, 0),
    }
    arn = origin.arn("cloudwatch", f"alarm:{alarm}")
    return event(origin, "aws.cloudwatch", "CloudWatch Alarm State Change", detail, [arn])


def alarm_action(
    origin: Origin,
    *,
    alarm: str = "ServerCpuTooHigh",
    state: str = "ALARM",
    previous_state: str = "OK",
    namespace: str = "AWS/EC2",
    metric: str = "CPUUtilization",
    dimensions: JsonTexts = '{"InstanceId": "i-0123456789abcdef0"}',
) -> dict[str, Any]:
    """A function that is an alarm's action.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
    """
    data = {
        "alarmName": alarm,
        "state": _alarm_state(origin, state, 0),
        "previousState": _alarm_state(origin, previous_state, -60_000),
        "configuration": {
            "description": f"Goes into alarm when {metric} is too high!",
            "metrics": [_metric(origin, namespace, metric, dimensions)],
        },
    }
    return {
        "source": "aws.cloudwatch",
        "alarmArn": origin.arn("cloudwatch", f"alarm:{alarm}"),
        "accountId": origin.account_id,
        "time": _offset_instant(origin, 0),
        "region": origin.region,
        "alarmData": data,
    }


def _offset_instant(origin: Origin, after_ms: int) -> str:
    return origin.millisecond(after_ms).replace("Z", "+0000")


def _metric(origin: Origin, namespace: str, metric: str, dimensions: dict[str, str]) -> dict[str, Any]:
    named = {"namespace": namespace, "name": metric, "dimensions": dimensions}
    return {
        "id": origin.uuid(),
        "metricStat": {"metric": named, "period": 300, "stat": "Average"},
        "returnData": True,
    }


def _alarm_state(origin: Origin, value: str, after_ms: int) -> dict[str, Any]:
    at = _offset_instant(origin, after_ms)
    datapoint = 80.0 if value == "ALARM" else 40.0
    shown = origin.shown("%d/%m/%y %H:%M:%S", after_ms)
    crossed = "was" if value == "ALARM" else "was not"
    reason = (
        f"Threshold Crossed: 1 out of the last 1 datapoints [{datapoint} ({shown})] {crossed} "
        "greater than or equal to the threshold (50.0)."
    )
    data: dict[str, Any] = {
        "version": "1.0",
        "queryDate": at,
        "startDate": _offset_instant(origin, after_ms - 300_000),
        "statistic": "Average",
        "period": 300,
        "recentDatapoints": [datapoint],
        "threshold": 50.0,
    }
    if value == "INSUFFICIENT_DATA":
        reason, data["recentDatapoints"] = "Insufficient Data: 1 datapoint was unknown.", []
        del data["startDate"]
    return {"value": value, "reason": reason, "reasonData": text_of(data), "timestamp": at}


def api_call(
    origin: Origin,
    *,
    service: str = "ec2",
    name: str = "RunInstances",
    parameters: JsonObject = '{"instanceType": "t3.micro"}',
    response: Json = "null",
    user: str = "developer",
) -> dict[str, Any]:
    """`AWS API Call via CloudTrail`: a call of a service's API.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
    """
    detail = {
        "eventVersion": "1.08",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": f"AIDA{origin.upper(17)}",
            "arn": origin.global_arn("iam", f"user/{user}"),
            "accountId": origin.account_id,
            "accessKeyId": f"AKIA{origin.upper(16)}",
            "userName": user,
        },
        "eventTime": origin.second(),
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": origin.region,
        "sourceIPAddress": "127.0.0.1",
        "userAgent": "console.amazonaws.com",
        "requestParameters": parameters,
        "responseElements": response,
        "requestID": origin.uuid(),
        "eventID": origin.uuid(),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": origin.account_id,
        "eventCategory": "Management",
    }
    return event(origin, f"aws.{service}", "AWS API Call via CloudTrail", detail)


def guardduty_finding(
    origin: Origin,
    *,
    type: str = "UnauthorizedAccess:EC2/MaliciousIPCaller.Custom",  # noqa: A002 - what users pass as --type
    severity: int = 5,
    instance_id: str = "i-99999999",
    title: str = "EC2 instance i-99999999 communicated with an IP address on a custom threat list.",
) -> dict[str, Any]:
    """`GuardDuty Finding`.

    https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html
    """
    detector, finding = origin.hex(32), origin.hex(32)
    remote = {
        "ipAddressV4": "198.51.100.0",
        "organization": {"asn": "29073", "asnOrg": "AS29073", "isp": "Example", "org": "Example"},
        "country": {"countryName": "Netherlands"},
        "city": {"cityName": "Amsterdam"},
        "geoLocation": {"lat": 52.3, "lon": 4.9},
    }
    connection = {
        "connectionDirection": "OUTBOUND",
        "remoteIpDetails": remote,
        "remotePortDetails": {"port": 80, "portName": "HTTP"},
        "localPortDetails": {"port": 39677, "portName": "Unknown"},
        "protocol": "TCP",
        "blocked": False,
    }
    detail = {
        "schemaVersion": "2.0",
        "accountId": origin.account_id,
        "region": origin.region,
        "partition": origin.partition,
        "id": finding,
        "arn": origin.arn("guardduty", f"detector/{detector}/finding/{finding}"),
        "type": type,
        "resource": {
            "resourceType": "Instance",
            "instanceDetails": {"instanceId": instance_id, "instanceType": "m3.xlarge", "tags": []},
        },
        "service": {
            "serviceName": "guardduty",
            "detectorId": detector,
            "action": {"actionType": "NETWORK_CONNECTION", "networkConnectionAction": connection},
            "resourceRole": "TARGET",
            "additionalInfo": {"threatListName": "GeneratedFindingThreatListName", "sample": True},
            "eventFirstSeen": origin.millisecond(-3_600_000),
            "eventLastSeen": origin.millisecond(-60_000),
            "archived": False,
            "count": 1,
        },
        "severity": severity,
        "createdAt": origin.millisecond(),
        "updatedAt": origin.millisecond(),
        "title": title,
        "description": title,
    }
    return event(origin, "aws.guardduty", "GuardDuty Finding", detail)


def health_event(
    origin: Origin,
    *,
    service: str = "EC2",
    code: str = "AWS_EC2_INSTANCE_STORE_DRIVE_PERFORMANCE_DEGRADED",
    category: str = "issue",
    entity: str = "i-abcd1111",
) -> dict[str, Any]:
    """`AWS Health Event`.

    https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html
    """
    form = "%a, %d %b %Y %H:%M:%S GMT"
    detail = {
        "eventArn": f"arn:{origin.partition}:health:{origin.region}::event/{service}/{code}/{code}_{origin.hex(8)}",
        "service": service,
        "eventTypeCode": code,
        "eventTypeCategory": category,
        "eventScopeCode": "ACCOUNT_SPECIFIC",
        "communicationId": origin.hex(64),
        "startTime": origin.shown(form, -3_600_000),
        "endTime": origin.shown(form, 3_600_000),
        "lastUpdatedTime": origin.shown(form),
        "statusCode": "open",
        "eventRegion": origin.region,
        "eventDescription": [{"language": "en_US", "latestDescription": "A description of the event."}],
        "affectedEntities": [{"entityValue": entity, "status": "IMPAIRED"}],
        "affectedAccount": origin.account_id,
        "page": "1",
        "totalPages": "1",
    }
    return event(origin, "aws.health", "AWS Health Event", detail, [entity])


CLOUDWATCH = source(
    "cloudwatch",
    "Amazon CloudWatch",
    {
        "logs": logs,
        "scheduled-event": scheduled_event,
        "alarm-state-change": alarm_state_change,
        "alarm-action": alarm_action,
    },
)
EVENTBRIDGE = source(
    "eventbridge",
    "Amazon EventBridge and EventBridge Scheduler",
    {"custom-event": custom_event, "scheduled-event": scheduled_event, "schedule": schedule},
)
CLOUDTRAIL = source("cloudtrail", "AWS CloudTrail", {"api-call": api_call})
GUARDDUTY = source("guardduty", "Amazon GuardDuty", {"finding": guardduty_finding})
HEALTH = source("health", "AWS Health", {"event": health_event})
