"""Text messages: their settings, who has opted out of them, and the numbers of the sandbox.

Messages are captured, not sent. Nobody can opt out of them here, and no account is in the sandbox.
https://docs.aws.amazon.com/sns/latest/dg/sns-mobile-phone-number-as-subscriber.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.sns import limits
from cloudchamber.services.sns.errors import (
    ResourceNotFoundException,
    UserErrorException,
    VerificationException,
    invalid,
)
from cloudchamber.services.sns.model import SandboxNumber
from cloudchamber.services.sns.operations.pages import after, with_token
from cloudchamber.services.sns.records import SANDBOX_NUMBERS, SMS_ATTRIBUTES
from cloudchamber.services.sns.rules import messages, text_messages


def set_sms_attributes(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """What is not named stays. https://docs.aws.amazon.com/sns/latest/api/API_SetSMSAttributes.html"""
    text_messages.check_attributes(request["attributes"])
    SMS_ATTRIBUTES.put(ctx, (SMS_ATTRIBUTES.get(ctx) or {}) | request["attributes"])
    return {}


def get_sms_attributes(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_GetSMSAttributes.html"""
    known = {"MonthlySpendLimit": text_messages.SPEND_LIMIT_USD_DEFAULT} | (SMS_ATTRIBUTES.get(ctx) or {})
    wanted = request.get("attributes") or known
    return {"attributes": {name: value for name, value in known.items() if name in wanted}}


def check_if_phone_number_is_opted_out(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_CheckIfPhoneNumberIsOptedOut.html"""
    _check_number(request["phoneNumber"])
    return {"isOptedOut": False}


def opt_in_phone_number(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_OptInPhoneNumber.html"""
    _check_number(request["phoneNumber"])
    return {}


def _check_number(number: str) -> None:
    if not messages.is_phone_number(number):
        raise invalid(f"PhoneNumber Reason: {number} is not valid to publish to")


def list_phone_numbers_opted_out(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_ListPhoneNumbersOptedOut.html"""
    return {"phoneNumbers": []}


def list_origination_numbers(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_ListOriginationNumbers.html"""
    return {"PhoneNumbers": []}


def get_sms_sandbox_account_status(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_GetSMSSandboxAccountStatus.html"""
    return {"IsInSandbox": False}


def create_sms_sandbox_phone_number(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Ask a number for the one-time password that it is sent.

    https://docs.aws.amazon.com/sns/latest/api/API_CreateSMSSandboxPhoneNumber.html
    """
    number = request["PhoneNumber"]
    known = SANDBOX_NUMBERS.get(ctx, number)
    if known is None and SANDBOX_NUMBERS.count(ctx) >= limits.SANDBOX_NUMBERS_MAX:
        raise UserErrorException("The maximum number of sandbox phone numbers has been reached.")
    password = f"{ctx.ids.below(10**limits.PASSWORD_DIGIT_COUNT):0{limits.PASSWORD_DIGIT_COUNT}d}"
    SANDBOX_NUMBERS.put(ctx, SandboxNumber(number, password), number)
    told = f"Your AWS verification code is {password}."
    captured = {"Protocol": "sms", "Endpoint": number, "MessageId": ctx.ids.uuid(), "Message": told}
    ctx.later("sns", "capture_message", captured | {"Subject": ""})
    return {}


def verify_sms_sandbox_phone_number(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_VerifySMSSandboxPhoneNumber.html"""
    known = _sandbox_number(ctx, request["PhoneNumber"])
    if request["OneTimePassword"] != known.password:
        raise VerificationException(Status="Pending")
    SANDBOX_NUMBERS.put(ctx, msgspec.structs.replace(known, verified=True), known.number)
    return {}


def _sandbox_number(ctx: Context, number: str) -> SandboxNumber:
    known = SANDBOX_NUMBERS.get(ctx, number)
    if known is None:
        raise ResourceNotFoundException(f"Phone number {number} does not exist in the sandbox")
    return known


def delete_sms_sandbox_phone_number(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_DeleteSMSSandboxPhoneNumber.html"""
    SANDBOX_NUMBERS.delete(ctx, _sandbox_number(ctx, request["PhoneNumber"]).number)
    return {}


def list_sms_sandbox_phone_numbers(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_ListSMSSandboxPhoneNumbers.html"""
    size = request.get("MaxResults") or limits.PER_PAGE_MAX
    behind = after(request.get("NextToken"))
    found = [each for _, each in SANDBOX_NUMBERS.scan(ctx, behind=behind, limit=size + 1)]
    shown = [
        {"PhoneNumber": each.number, "Status": "Verified" if each.verified else "Pending"}
        for each in found[:size]
    ]
    return with_token({"PhoneNumbers": shown}, [(each.number,) for each in found], size)
