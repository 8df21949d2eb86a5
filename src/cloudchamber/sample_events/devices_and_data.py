"""AWS IoT, AWS AppSync, Amazon SageMaker Ground Truth and AWS Transfer Family."""

from __future__ import annotations

from typing import Any

from cloudchamber.sample_events.kinds import JsonObject, source
from cloudchamber.sample_events.origin import Origin

_CLAIMS = '{"cognito:username": "jdoe", "email": "jdoe@example.com", "token_use": "id"}'


def iot_message(
    origin: Origin, *, payload: JsonObject = '{"temperature": 21.5, "deviceId": "sensor-1"}'
) -> dict[str, Any]:
    """A message that a topic rule (`SELECT *`) hands to a function: the payload itself.

    https://docs.aws.amazon.com/iot/latest/developerguide/lambda-rule-action.html
    """
    return payload


def iot_button(
    origin: Origin,
    *,
    serial_number: str = "ABCDEFG12345",
    click_type: str = "SINGLE",
    battery: str = "2000mV",
) -> dict[str, Any]:
    """An IoT button that is pressed: SINGLE, DOUBLE or LONG.

    https://docs.aws.amazon.com/lambda/latest/dg/services-iot.html
    """
    return {"serialNumber": serial_number, "clickType": click_type, "batteryVoltage": battery}


def iot_thing(
    origin: Origin,
    *,
    thing: str = "MyThing",
    operation: str = "CREATED",
    attributes: JsonObject = '{"attribute1": "value1"}',
    thing_type: str = "",
) -> dict[str, Any]:
    """A registry event of a thing: CREATED, UPDATED, DELETED.

    https://docs.aws.amazon.com/iot/latest/developerguide/registry-events.html#registry-events-thing
    """
    return {
        "eventType": "THING_EVENT",
        "eventId": origin.uuid(),
        "timestamp": origin.at_ms,
        "operation": operation,
        "accountId": origin.account_id,
        "thingId": origin.uuid(),
        "thingName": thing,
        "versionNumber": 1,
        "thingTypeName": thing_type or None,
        "attributes": attributes,
    }


def iot_lifecycle(
    origin: Origin,
    *,
    client_id: str = "186b5",
    type: str = "connected",  # noqa: A002 - what users pass as --type
) -> dict[str, Any]:
    """A client that is connected or disconnected.

    https://docs.aws.amazon.com/iot/latest/developerguide/life-cycle-events.html
    """
    told: dict[str, Any] = {
        "clientId": client_id,
        "timestamp": origin.at_ms,
        "eventType": type,
        "sessionIdentifier": origin.uuid(),
        "principalIdentifier": origin.hex(64),
        "versionNumber": 0,
    }
    if type == "disconnected":
        return told | {"clientInitiatedDisconnect": True, "disconnectReason": "CLIENT_INITIATED_DISCONNECT"}
    return told | {"ipAddress": "192.0.2.0"}


def resolver(
    origin: Origin,
    *,
    arguments: JsonObject = '{"id": "my identifier"}',
    field: str = "createSomething",
    type: str = "Mutation",  # noqa: A002 - what users pass as --type
    selection: str = "id,field1,field2",
    claims: JsonObject = _CLAIMS,
    source_object: JsonObject = "{}",
) -> dict[str, Any]:
    """A direct Lambda resolver, called for a user of a Cognito user pool.

    https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference.html
    """
    fields = [name.strip() for name in selection.split(",")]
    return {
        "arguments": arguments,
        "identity": _identity(origin, claims),
        "source": source_object or None,
        "request": {"headers": _headers(origin), "domainName": None},
        "prev": None,
        "info": {
            "selectionSetList": fields,
            "selectionSetGraphQL": "{\n" + "".join(f"  {name}\n" for name in fields) + "}",
            "fieldName": field,
            "parentTypeName": type,
            "variables": {},
        },
        "stash": {},
    }


def _identity(origin: Origin, claims: dict[str, Any]) -> dict[str, Any]:
    subject = origin.uuid()
    issuer = f"https://cognito-idp.{origin.region}.{origin.domain}/{origin.region}_{origin.token(9)}"
    seconds = origin.at_ms // 1000
    standard = {
        "sub": subject,
        "iss": issuer,
        "aud": origin.letters(26),
        "event_id": origin.uuid(),
        "auth_time": seconds,
        "exp": seconds + 3600,
        "iat": seconds,
        "email_verified": True,
        "phone_number": "+19999999999",
        "phone_number_verified": False,
    }
    return {
        "sub": subject,
        "issuer": issuer,
        "username": claims.get("cognito:username", "jdoe"),
        "claims": standard | claims,
        "sourceIp": ["1.1.1.1"],
        "defaultAuthStrategy": "ALLOW",
        "groups": None,
    }


def _headers(origin: Origin) -> dict[str, str]:
    return {
        "accept": "*/*",
        "authorization": f"eyJraWQi{origin.token(40)}",
        "cloudfront-viewer-country": "US",
        "content-type": "application/json",
        "host": f"{origin.letters(26)}.appsync-api.{origin.region}.{origin.domain}",
        "user-agent": "Custom User Agent String",
        "x-amzn-trace-id": f"Root=1-{origin.at_ms // 1000:x}-{origin.hex(24)}",
        "x-forwarded-for": "1.1.1.1, 2.2.2.2",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }


def authorizer(
    origin: Origin,
    *,
    token: str = "BE9DC5E3-D410-4733-AF76-70178092E681",
    query: str = "query { getEvent(id: 1) { id } }",
    operation: str = "",
    variables: JsonObject = "{}",
) -> dict[str, Any]:
    """A Lambda authorizer of AppSync.

    https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html#aws-lambda-authorization
    """
    context = {
        "apiId": origin.letters(26),
        "accountId": origin.account_id,
        "requestId": origin.uuid(),
        "queryString": query,
        "operationName": operation or None,
        "variables": variables,
    }
    return {"authorizationToken": token, "requestContext": context, "requestHeaders": _headers(origin)}


def pre_human_task(
    origin: Origin,
    *,
    source_ref: str = "s3://sagemakerexample/object_to_annotate.jpg",
    labeling_job_name: str = "example-job",
) -> dict[str, Any]:
    """An object that is about to be labelled.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step3-lambda-requirements.html
    """
    return {
        "version": "2018-10-16",
        "labelingJobArn": origin.arn("sagemaker", f"labeling-job/{labeling_job_name}"),
        "dataObject": {"source-ref": source_ref},
    }


def annotation_consolidation(
    origin: Origin,
    *,
    labeling_job_name: str = "example-job",
    label_attribute_name: str = "example-attribute",
    s3_output_path: str = "s3://sagemakerexample/output",
    execution_role: str = "sagemaker-role",
    iteration_object_timestamp: str = "iteration-1/0/2019-09-06_18:35:03",
) -> dict[str, Any]:
    """Annotations that are to be consolidated.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step3-lambda-requirements.html
    """
    folder = f"{s3_output_path}/{labeling_job_name}/annotations/consolidated-annotation/consolidation-request"
    return {
        "version": "2018-10-16",
        "labelingJobArn": origin.arn("sagemaker", f"labeling-job/{labeling_job_name}"),
        "labelAttributeName": label_attribute_name,
        "roleArn": origin.global_arn("iam", f"role/{execution_role}"),
        "payload": {"s3Uri": f"{folder}/{iteration_object_timestamp}.json"},
    }


def transfer_identity(
    origin: Origin,
    *,
    username: str = "bobusa",
    password: str = "",
    protocol: str = "SFTP",
    source_ip: str = "192.168.0.100",
) -> dict[str, Any]:
    """A user who signs in to a server whose identity provider is a function.

    https://docs.aws.amazon.com/transfer/latest/userguide/custom-lambda-idp.html
    """
    return {
        "username": username,
        "password": password,
        "protocol": protocol,
        "serverId": f"s-{origin.hex(17)}",
        "sourceIp": source_ip,
    }


IOT = source(
    "iot",
    "AWS IoT",
    {
        "message": iot_message,
        "button": iot_button,
        "thing": iot_thing,
        "lifecycle": iot_lifecycle,
    },
)
APPSYNC = source("appsync", "AWS AppSync", {"resolver": resolver, "authorizer": authorizer})
SAGEMAKER = source(
    "sagemaker",
    "Amazon SageMaker Ground Truth",
    {
        "ground-truth-pre-human": pre_human_task,
        "ground-truth-annotation-consolidation": annotation_consolidation,
    },
)
TRANSFER = source("transfer", "AWS Transfer Family", {"identity": transfer_identity})
