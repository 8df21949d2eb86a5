"""What SNS records only, or refuses."""

from cloudchamber.aws import Ledger

_PEOPLE = "messages to email and SMS endpoints are captured, not sent"
_APPLICATION = {
    "Attributes.PlatformCredential": "stored; the push service is not asked whether it holds",
    "Attributes.PlatformPrincipal": "stored; the push service is not asked whether it holds",
    "Attributes.*Feedback*": "stored and returned; the status of deliveries is written for topics only",
}
_UNINSPECTED = "stored and returned; messages are not inspected"
_POLICY = "stored and returned; policies are not enforced yet"

LEDGER = Ledger(
    recorded={
        "AddPermission": {"AWSAccountId": _POLICY},
        "CreatePlatformApplication": _APPLICATION,
        "CreatePlatformEndpoint": {"Token": "messages to mobile push endpoints are captured, not sent"},
        "CreateTopic": {
            "Attributes.Policy": _POLICY,
            "Attributes.KmsMasterKeyId": "stored and returned; nothing is encrypted on this machine",
            "Attributes.TracingConfig": "stored and returned; every call is traced here",
            "Attributes.SignatureVersion": "messages to HTTP endpoints are always signed; those to queues and functions only "
            "when a version is set, and else carry a placeholder in the form of a signature",
            "Attributes.*Feedback*": "written for HTTP, Lambda, mobile push and SQS; the roles are not assumed",
            "DataProtectionPolicy": _UNINSPECTED,
        },
        "CreateSMSSandboxPhoneNumber": {"LanguageCode": "the one-time password is sent in English"},
        "ListOriginationNumbers": dict.fromkeys(
            ("MaxResults", "NextToken"), "there are no origination numbers here"
        ),
        "ListPhoneNumbersOptedOut": {"nextToken": "nobody opts out here"},
        "PutDataProtectionPolicy": {"DataProtectionPolicy": _UNINSPECTED},
        "SetSMSAttributes": {"attributes": "stored and returned; text messages are captured, not sent"},
        "Publish": {"PhoneNumber": _PEOPLE},
        "SetPlatformApplicationAttributes": _APPLICATION,
        "Subscribe": {
            "Protocol": _PEOPLE,
            "Attributes.SubscriptionRoleArn": "stored and returned; it concerns Firehose",
        },
    },
    refused={},
)
