"""Resource policies as Lambda writes them.

https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from cloudchamber.services.lambda_ import limits
from cloudchamber.services.lambda_.errors import InvalidParameterValueException, PolicyLengthExceededException
from cloudchamber.services.lambda_.model import Policy

_ACCOUNT = re.compile(r"\d{12}\Z")


def statement(request: dict[str, Any], arn: str) -> dict[str, Any]:
    """The statement that an AddPermission adds for a function's ARN."""
    condition: dict[str, dict[str, str]] = {}
    _put(condition, "StringEquals", "lambda:FunctionUrlAuthType", request.get("FunctionUrlAuthType"))
    _put(condition, "StringEquals", "AWS:SourceAccount", request.get("SourceAccount"))
    _put(condition, "StringEquals", "lambda:EventSourceToken", request.get("EventSourceToken"))
    _put(condition, "StringEquals", "aws:PrincipalOrgID", request.get("PrincipalOrgID"))
    _put(condition, "ArnLike", "AWS:SourceArn", request.get("SourceArn"))
    if request.get("InvokedViaFunctionUrl") is not None:
        _put(condition, "Bool", "lambda:InvokedViaFunctionUrl", str(request["InvokedViaFunctionUrl"]).lower())
    made: dict[str, Any] = {
        "Sid": request["StatementId"],
        "Effect": "Allow",
        "Principal": _principal(request["Principal"]),
        "Action": request["Action"],
        "Resource": arn,
    }
    return made | ({"Condition": condition} if condition else {})


def layer_statement(request: dict[str, Any], arn: str) -> dict[str, Any]:
    """The statement that an AddLayerVersionPermission adds."""
    organization = request.get("OrganizationId")
    if organization and request["Principal"] != "*":
        raise InvalidParameterValueException("OrganizationId requires the principal *.", Type="User")
    made: dict[str, Any] = {
        "Sid": request["StatementId"],
        "Effect": "Allow",
        "Principal": _principal(request["Principal"]),
        "Action": request["Action"],
        "Resource": arn,
    }
    if organization:
        made["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": organization}}
    return made


def _put(condition: dict[str, dict[str, str]], operator: str, key: str, value: str | None) -> None:
    if value:
        condition.setdefault(operator, {})[key] = value


def _principal(text: str) -> Any:
    if text == "*":
        return "*"
    if _ACCOUNT.match(text):
        return {"AWS": f"arn:aws:iam::{text}:root"}
    if text.startswith("arn:"):
        return {"AWS": text}
    if "." not in text:
        raise InvalidParameterValueException(
            "The provided principal was invalid. Please check the principal and try again."
        )
    return {"Service": text}


def printed(value: dict[str, Any]) -> str:
    """A statement as AWS answers it: JSON without spaces."""
    return msgspec.json.encode(value).decode()


def document(policy: Policy) -> str:
    """The policy's document. Raises PolicyLengthExceededException."""
    text = printed({"Version": "2012-10-17", "Id": "default", "Statement": list(policy.statements)})
    if len(text) > limits.POLICY_BYTES_MAX:
        raise PolicyLengthExceededException(
            "The final policy size is bigger than the limit (20480).", Type="User"
        )
    return text
