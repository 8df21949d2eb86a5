"""The settings for text messages of an account.

https://docs.aws.amazon.com/sns/latest/api/API_SetSMSAttributes.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from cloudchamber.aws import Arn
from cloudchamber.services.sns.errors import invalid

_SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9-]{1,11}\Z")
_PERCENT = 100
SPEND_LIMIT_USD_DEFAULT = "1"


def check_attributes(attributes: Mapping[str, str]) -> None:
    """Raise AWS's error for settings that cannot be."""
    for name, value in attributes.items():
        check = _CHECKS.get(name)
        if check is None:
            raise invalid(f"attributes Reason: Invalid attribute name: {name}")
        if not check(value):
            raise invalid(f"attributes Reason: {value} is not valid for {name}")


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _is_role(text: str) -> bool:
    arn = Arn.parse(text)
    return arn is not None and arn.service == "iam"


_CHECKS = {
    "DefaultSMSType": lambda text: text in ("Promotional", "Transactional"),
    "DefaultSenderID": lambda text: _SENDER.match(text) is not None,
    "DeliveryStatusIAMRole": _is_role,
    "DeliveryStatusSuccessSamplingRate": lambda text: _is_count(text) and int(text) <= _PERCENT,
    "MonthlySpendLimit": _is_count,
    "UsageReportS3Bucket": bool,
}
