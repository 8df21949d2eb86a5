"""What CloudWatch Logs records only, or refuses."""

from cloudchamber.aws import Ledger

_NO_LINKS = "there are no linked accounts; only this account is read"
_KEY = "stored and returned; nothing is encrypted on this machine"

LEDGER = Ledger(
    refused={
        "ListLogGroups": {
            "dataSources": "log groups carry no data sources",
            "fieldIndexNames": "field indexes are not simulated yet",
            "logGroupTags": "groups are not searched by tags yet",
        },
    },
    recorded={
        "AssociateKmsKey": {"kmsKeyId": _KEY},
        "CreateLogGroup": {
            "kmsKeyId": _KEY,
            "logGroupClass": "stored and returned; every class has all operations",
        },
        "DescribeLogGroups": {"accountIdentifiers": _NO_LINKS, "includeLinkedAccounts": _NO_LINKS},
        "FilterLogEvents": {
            "interleaved": "ignored by AWS too since 2019",
            "unmask": "nothing is masked: data protection policies are not available",
        },
        "GetLogEvents": {"unmask": "nothing is masked: data protection policies are not available"},
        "ListLogGroups": {"accountIdentifiers": _NO_LINKS, "includeLinkedAccounts": _NO_LINKS},
        "PutLogEvents": {
            "entity": "accepted; entities are not shown anywhere",
            "sequenceToken": "ignored by AWS too since 2023",
        },
        "PutMetricFilter": {
            "applyOnTransformedLogs": "stored and returned; there are no transformers",
            "fieldSelectionCriteria": "stored and returned",
            "emitSystemFieldDimensions": "stored and returned",
        },
        "PutResourcePolicy": {"policyDocument": "stored and returned; policies are not enforced yet"},
        "PutSubscriptionFilter": {
            "destinationArn": "stored and returned; log events are not delivered to it yet",
            "roleArn": "stored and returned; policies are not enforced yet",
            "distribution": "stored and returned",
            "applyOnTransformedLogs": "stored and returned; there are no transformers",
            "fieldSelectionCriteria": "stored and returned",
            "emitSystemFields": "stored and returned",
        },
    },
)
