"""What SNS records only, or refuses."""

from cloudchamber.aws import Ledger

_PEOPLE = "messages to email and SMS endpoints are captured, not sent"
_POLICY = "stored and returned; policies are not enforced yet"

LEDGER = Ledger(
    recorded={
        "AddPermission": {"AWSAccountId": _POLICY},
        "CreateTopic": {
            "Attributes.Policy": _POLICY,
            "Attributes.KmsMasterKeyId": "stored and returned; nothing is encrypted on this machine",
            "Attributes.TracingConfig": "stored and returned; every call is traced here",
            "Attributes.SignatureVersion": "messages to HTTP endpoints are always signed; those to queues and functions only "
            "when a version is set, and else carry a placeholder in the form of a signature",
            "Attributes.*Feedback*": "written for HTTP, Lambda and SQS; the roles are not assumed",
            "DataProtectionPolicy": "stored; messages are not inspected",
        },
        "Publish": {"PhoneNumber": _PEOPLE},
        "Subscribe": {
            "Protocol": _PEOPLE,
            "Attributes.SubscriptionRoleArn": "stored and returned; it concerns Firehose",
        },
    },
    refused={},
)
