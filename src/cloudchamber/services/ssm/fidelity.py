"""What Parameter Store records only, or refuses."""

from cloudchamber.aws import Ledger

_IMAGES = (
    "public parameters below /aws/service/ami- answer with a made-up image id, the same for the same name; "
    "there are no others"
)

LEDGER = Ledger(
    recorded={
        "DescribeParameters": {"Shared": "accepted; parameters are not shared between accounts"},
        "GetParameter": {"Name": _IMAGES},
        "GetParameters": {"Names": _IMAGES},
        "PutParameter": {
            "KeyId": "stored and returned; SecureStrings are not encrypted on this machine",
            "Policies": "checked, stored and returned; parameters do not expire, and no notices are sent",
            "DataType": "stored and returned; image ids are not verified",
        },
    },
)
