"""Delivery policies: how often, how soon and how fast SNS sends to an HTTP endpoint.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html#creating-delivery-policy
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

import msgspec

from cloudchamber.aws import Retry
from cloudchamber.services.sns import limits
from cloudchamber.services.sns.errors import invalid

DEFAULT_CONTENT_TYPE = "text/plain; charset=UTF-8"
RETRY_DEFAULTS: dict[str, Any] = {
    "minDelayTarget": 20,
    "maxDelayTarget": 20,
    "numRetries": 3,
    "numMaxDelayRetries": 0,
    "numNoDelayRetries": 0,
    "numMinDelayRetries": 0,
    "backoffFunction": "linear",
}
_BACKOFFS = ("arithmetic", "exponential", "geometric", "linear")
_ENVELOPE_TYPES = ("application/json", "text/plain")
_RAW_TYPES = (
    *_ENVELOPE_TYPES, "application/atom+xml", "application/octet-stream", "application/soap+xml",
    "application/x-www-form-urlencoded", "application/xhtml+xml", "application/xml", "text/css", "text/csv", "text/html",
    "text/xml",
)  # fmt: skip

Members = dict[str, Any]


class HttpPolicy(msgspec.Struct, frozen=True):
    """What holds for one subscription. `receives_per_s_max` 0 is no throttle."""

    retry: Retry
    receives_per_s_max: int
    content_type: str
    shown: str


def check_topic_policy(text: str) -> None:
    """Raise InvalidParameter for a text that no topic's DeliveryPolicy may be."""
    http = _member(_parsed(text), "http")
    _check_retry("http.defaultHealthyRetryPolicy", _member(http, "defaultHealthyRetryPolicy"))
    _check_throttle("http.defaultThrottlePolicy", _member(http, "defaultThrottlePolicy"))
    _check_content_type(_member(http, "defaultRequestPolicy"), raw=False)


def check_subscription_policy(text: str, *, raw: bool) -> None:
    """Raise InvalidParameter for a text that no subscription's DeliveryPolicy may be."""
    policy = _parsed(text)
    _check_retry("healthyRetryPolicy", _member(policy, "healthyRetryPolicy"))
    _check_throttle("throttlePolicy", _member(policy, "throttlePolicy"))
    _check_content_type(_member(policy, "requestPolicy"), raw=raw)


def _parsed(text: str) -> Members:
    try:
        parsed = msgspec.json.decode(text)
    except msgspec.DecodeError:
        parsed = None
    if not isinstance(parsed, dict):
        raise invalid("DeliveryPolicy: Unable to parse JSON")
    return cast("Members", parsed)


def _member(members: Members, name: str) -> Members:
    found = members.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise invalid(f"DeliveryPolicy: {name} must be a JSON object")
    return cast("Members", found)


def _check_retry(where: str, given: Members) -> None:
    policy = RETRY_DEFAULTS | given
    unknown = sorted(given.keys() - RETRY_DEFAULTS.keys())
    if unknown:
        raise invalid(f"DeliveryPolicy: {where}.{unknown[0]} is not a member of a retry policy")
    if policy["backoffFunction"] not in _BACKOFFS:
        raise invalid(f"DeliveryPolicy: {where}.backoffFunction must be one of {', '.join(_BACKOFFS)}")
    least_s, most_s = policy["minDelayTarget"], policy["maxDelayTarget"]
    bounds = {
        "minDelayTarget": (1, limits.DELAY_S_MAX),
        "maxDelayTarget": (1, limits.DELAY_S_MAX),
        "numRetries": (0, limits.RETRIES_MAX),
        "numNoDelayRetries": (0, limits.RETRIES_MAX),
        "numMinDelayRetries": (0, limits.RETRIES_MAX),
        "numMaxDelayRetries": (0, limits.RETRIES_MAX),
    }
    for name, (least, most) in bounds.items():
        if type(policy[name]) is not int or not least <= policy[name] <= most:
            raise invalid(f"DeliveryPolicy: {where}.{name} must be a whole number from {least} to {most}")
    if least_s > most_s:
        raise invalid(f"DeliveryPolicy: {where}.minDelayTarget must not be greater than maxDelayTarget")
    phases = sum(policy[f"num{phase}DelayRetries"] for phase in ("No", "Min", "Max"))
    if phases > policy["numRetries"]:
        raise invalid(f"DeliveryPolicy: {where}.numRetries must not be less than the retries of its phases")
    if sum(delays_ms(policy)) > 1_000 * limits.POLICY_S_MAX:
        raise invalid(f"DeliveryPolicy: {where}: the total retry time must not be greater than 3600 seconds")


def _check_throttle(where: str, given: Members) -> None:
    rate = given.get("maxReceivesPerSecond")
    if rate is not None and (type(rate) is not int or rate < 1):
        raise invalid(f"DeliveryPolicy: {where}.maxReceivesPerSecond must be a whole number from 1 on")


def _check_content_type(given: Members, *, raw: bool) -> None:
    content_type = given.get("headerContentType")
    if content_type is None:
        return
    allowed = _RAW_TYPES if raw else _ENVELOPE_TYPES
    if (
        str(content_type).partition(";")[0].strip().lower() not in allowed
        or not str(content_type).isprintable()
    ):
        raise invalid(f"DeliveryPolicy: headerContentType: {content_type} is not supported")


def delays_ms(policy: Members) -> tuple[int, ...]:
    """The waits before each retry: at once, then the least, then growing by the back-off function, then the greatest."""
    least_s, most_s = policy["minDelayTarget"], policy["maxDelayTarget"]
    none, least, most = (policy[f"num{phase}DelayRetries"] for phase in ("No", "Min", "Max"))
    growing = max(0, policy["numRetries"] - none - least - most)
    return (
        *(0 for _ in range(none)),
        *(1_000 * least_s for _ in range(least)),
        *(
            round(1_000 * _grown_s(policy["backoffFunction"], i, growing, least_s, most_s))
            for i in range(growing)
        ),
        *(1_000 * most_s for _ in range(most)),
    )


def _grown_s(function: str, step: int, count: int, least_s: int, most_s: int) -> float:
    """The delay at `step` of `count`, from the least to the greatest. AWS draws these curves, and gives no formula."""
    if count == 1:
        return least_s
    last = count - 1
    if function == "geometric":
        return least_s * (most_s / least_s) ** (step / last)
    if function == "exponential":
        share = (2**step - 1) / (2**last - 1)
    elif function == "arithmetic":
        share = step * (step + 1) / (last * (last + 1))
    else:
        share = step / last
    return least_s + (most_s - least_s) * share


@lru_cache(maxsize=1_024)
def effective_policy(topic_text: str, subscription_text: str) -> HttpPolicy:
    """What holds for a subscription: its own parts first, unless its topic forbids that, then those of its topic, then AWS's."""
    topic = _member(_parsed(topic_text or "{}"), "http")
    own = _parsed(subscription_text or "{}")
    if topic.get("disableSubscriptionOverrides"):
        own = {}
    retry = RETRY_DEFAULTS | (own.get("healthyRetryPolicy") or topic.get("defaultHealthyRetryPolicy") or {})
    throttle = own.get("throttlePolicy") or topic.get("defaultThrottlePolicy") or {}
    asked = own.get("requestPolicy") or topic.get("defaultRequestPolicy") or {}
    content_type = asked.get("headerContentType") or DEFAULT_CONTENT_TYPE
    shown = {
        "healthyRetryPolicy": retry,
        "sicklyRetryPolicy": None,
        "throttlePolicy": throttle or None,
        "requestPolicy": {"headerContentType": content_type},
        "guaranteed": False,
    }
    return HttpPolicy(
        Retry(delays_ms=delays_ms(retry), attempts_max=1 + retry["numRetries"]),
        throttle.get("maxReceivesPerSecond") or 0,
        content_type,
        msgspec.json.encode(shown).decode(),
    )


def effective_topic_policy(topic_text: str) -> str:
    """A topic's EffectiveDeliveryPolicy."""
    http = _member(_parsed(topic_text or "{}"), "http")
    asked = http.get("defaultRequestPolicy") or {"headerContentType": DEFAULT_CONTENT_TYPE}
    shown: Members = {
        "defaultHealthyRetryPolicy": RETRY_DEFAULTS | (http.get("defaultHealthyRetryPolicy") or {}),
        "disableSubscriptionOverrides": bool(http.get("disableSubscriptionOverrides")),
    }
    if http.get("defaultThrottlePolicy"):
        shown["defaultThrottlePolicy"] = http["defaultThrottlePolicy"]
    return msgspec.json.encode({"http": shown | {"defaultRequestPolicy": asked}}).decode()
