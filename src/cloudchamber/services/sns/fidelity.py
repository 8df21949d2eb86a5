"""What SNS records only, or refuses."""

from cloudchamber.aws import Ledger

_HTTP = "subscriptions of http and https stay PendingConfirmation: deliveries over HTTP do not exist here yet"
_PEOPLE = "messages to email and SMS endpoints are captured, not sent"
_POLICY = "stored and returned; policies are not enforced yet"

LEDGER = Ledger(
    recorded={
        "AddPermission": {"AWSAccountId": _POLICY},
        "CreateTopic": {
            "Attributes.Policy": _POLICY,
            "Attributes.DeliveryPolicy": "stored and returned; it concerns deliveries over HTTP, which do not exist here yet",
            "Attributes.KmsMasterKeyId": "stored and returned; nothing is encrypted on this machine",
            "Attributes.TracingConfig": "stored and returned; every call is traced here",
            "Attributes.SignatureVersion": "shown in envelopes; signatures have the right form but cannot be verified yet",
            "Attributes.*Feedback*": "stored and returned; delivery status is not logged",
            "DataProtectionPolicy": "stored; messages are not inspected",
        },
        "Publish": {"PhoneNumber": _PEOPLE},
        "Subscribe": {
            "Protocol": f"{_HTTP}; {_PEOPLE}",
            "Attributes.DeliveryPolicy": "stored and returned; it concerns deliveries over HTTP, which do not exist here yet",
            "Attributes.SubscriptionRoleArn": "stored and returned; it concerns Firehose",
        },
    },
    refused={},
)
