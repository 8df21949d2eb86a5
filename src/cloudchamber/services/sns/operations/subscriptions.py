"""Subscriptions: subscribe, confirm, describe, change, list, unsubscribe."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Arn, Context
from cloudchamber.services.sns import limits
from cloudchamber.services.sns.errors import AuthorizationErrorException, NotFoundException, invalid
from cloudchamber.services.sns.model import Subscription, Topic
from cloudchamber.services.sns.operations.confirmations import ask_for_confirmation, say_farewell
from cloudchamber.services.sns.operations.endpoints import check_endpoint, owner_of
from cloudchamber.services.sns.operations.pages import after, with_token
from cloudchamber.services.sns.operations.replays import begin_replay, end_replay
from cloudchamber.services.sns.operations.webhooks import HTTP, effective_policy
from cloudchamber.services.sns.records import (
    ENDED,
    OWNED,
    SUBSCRIPTIONS,
    TOPICS,
    find_endpoint,
    forget_subscription,
    keep_subscription,
    subscription_at,
    topic_at,
    where,
)
from cloudchamber.services.sns.rules import archiving, messages, policies

_SETTABLE = {
    "RawMessageDelivery", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy", "DeliveryPolicy", "SubscriptionRoleArn",
    "ReplayPolicy",
}  # fmt: skip


def subscribe(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html"""
    caller = ctx.account
    ctx, topic = topic_at(ctx, request["TopicArn"])
    protocol, endpoint = request["Protocol"], request.get("Endpoint") or ""
    check_endpoint(topic, protocol, endpoint)
    if protocol == "application" and find_endpoint(ctx, endpoint, "Endpoint")[1] is None:
        raise invalid(f"Endpoint Reason: Endpoint does not exist for endpoint {endpoint}")
    made = Subscription(ctx.ids.uuid(), ctx.arn(topic.name), protocol, endpoint, owner=caller)
    made = _with_attributes(made, request.get("Attributes") or {})
    archiving.check_replay(topic, made.attributes.get("ReplayPolicy", ""), ctx.now_ms)
    existing = _same(ctx, topic, protocol, endpoint)
    if existing:
        if request.get("Attributes") and _settings(existing) != _settings(made):
            raise invalid("Attributes Reason: Subscription already exists with different attributes")
        made = _asked(ctx, topic, existing) if existing.pending else existing
    elif protocol in (*HTTP, "email", "email-json") or owner_of(protocol, endpoint, caller) != caller:
        made = _asked(ctx, topic, made)
    else:
        made = begin_replay(ctx, topic, made)
    keep_subscription(ctx, topic, made)
    return _told(made, request)


def _asked(ctx: Context, topic: Topic, subscription: Subscription) -> Subscription:
    """A subscription that waits for its confirmation, which its endpoint is asked for, each time with another token."""
    asked = msgspec.structs.replace(
        subscription, pending=True, token=ctx.ids.hex(256), authenticated=False, asked_at_ms=ctx.now_ms
    )
    ask_for_confirmation(ctx, topic, asked)
    return asked


def _told(subscription: Subscription, request: dict[str, Any]) -> dict[str, Any]:
    if subscription.pending and not request.get("ReturnSubscriptionArn"):
        return {"SubscriptionArn": "pending confirmation"}
    return {"SubscriptionArn": subscription.arn}


def _same(ctx: Context, topic: Topic, protocol: str, endpoint: str) -> Subscription | None:
    for each in SUBSCRIPTIONS.values(ctx, topic.name):
        if each.protocol == protocol and each.endpoint == endpoint:
            return each
    return None


def _settings(subscription: Subscription) -> tuple[Any, ...]:
    return (
        subscription.raw,
        subscription.filter_policy,
        subscription.filter_scope,
        subscription.dead_letter_arn,
        subscription.attributes,
    )


def _with_attributes(subscription: Subscription, attributes: dict[str, str]) -> Subscription:
    """`subscription` with attributes as a request gives them. Raises InvalidParameter."""
    fields: dict[str, Any] = {}
    others = dict(subscription.attributes)
    for name, value in attributes.items():
        text = str(value)
        if name not in _SETTABLE:
            raise invalid("AttributeName")
        if name not in ("DeliveryPolicy", "SubscriptionRoleArn", "ReplayPolicy"):
            fields |= _field(subscription, name, text)
        elif text and not (name == "ReplayPolicy" and archiving.is_empty(text)):
            others[name] = text
        else:
            others.pop(name, None)
    changed = msgspec.structs.replace(subscription, attributes=others, **fields)
    if attributes.get("DeliveryPolicy"):
        policies.check_subscription_policy(others["DeliveryPolicy"], raw=changed.raw)
    if changed.filter_policy and {"FilterPolicy", "FilterPolicyScope"} & attributes.keys():
        messages.filter_pattern(changed.filter_policy, changed.filter_scope)
    return changed


def _field(subscription: Subscription, name: str, text: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html"""
    if name == "RawMessageDelivery":
        if text.lower() not in ("true", "false"):
            raise invalid(
                f"Attributes Reason: RawMessageDelivery: Invalid value [{text}]. Must be true or false."
            )
        if text.lower() == "true" and subscription.protocol not in ("sqs", "http", "https", "firehose"):
            raise invalid(
                "Attributes Reason: RawMessageDelivery: Delivery protocol "
                f"[{subscription.protocol}] does not support raw message delivery."
            )
        return {"raw": text.lower() == "true"}
    if name == "FilterPolicy":
        return {"filter_policy": "" if text.strip() in ("", "{}") else text}
    if name == "FilterPolicyScope":
        if text not in ("MessageAttributes", "MessageBody"):
            raise invalid(
                f"FilterPolicyScope: Invalid value [{text}]. Please use either MessageBody or MessageAttributes"
            )
        return {"filter_scope": text}
    return {"dead_letter_arn": _dead_letter_arn(subscription, text)}


def _dead_letter_arn(subscription: Subscription, text: str) -> str:
    """https://docs.aws.amazon.com/sns/latest/dg/sns-configure-dead-letter-queue.html"""
    if not text:
        return ""
    try:
        policy = msgspec.json.decode(text)
    except msgspec.DecodeError:
        raise invalid("RedrivePolicy: failed to parse JSON.") from None
    target = policy.get("deadLetterTargetArn") if isinstance(policy, dict) else None
    arn = Arn.parse(str(target))
    if arn is None or arn.service != "sqs":
        raise invalid("RedrivePolicy: deadLetterTargetArn is an invalid arn")
    topic_arn = Arn.parse(subscription.topic_arn)
    if topic_arn and arn.region != topic_arn.region:
        raise invalid("RedrivePolicy: The dead-letter queue must be in the same region as the subscription.")
    return str(target)


def confirm_subscription(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html"""
    ctx, topic = topic_at(ctx, request["TopicArn"])
    token = request["Token"]
    known = [each for each in SUBSCRIPTIONS.values(ctx, topic.name) if each.token and each.token == token]
    ended = ENDED.get(ctx, topic.name, token)
    if ended and not known and not _same(ctx, topic, ended.protocol, ended.endpoint):
        ENDED.delete(ctx, topic.name, token)
        known = [ended]
    if not known or ctx.now_ms >= known[0].asked_at_ms + limits.TOKEN_MS:
        raise invalid("Token")
    authenticated = str(request.get("AuthenticateOnUnsubscribe")).lower() == "true"
    confirmed = msgspec.structs.replace(known[0], pending=False, authenticated=authenticated)
    if known[0].pending:
        confirmed = begin_replay(ctx, topic, confirmed)
    keep_subscription(ctx, topic, confirmed)
    return {"SubscriptionArn": confirmed.arn}


def get_subscription_attributes(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html"""
    ctx, topic, subscription = subscription_at(ctx, request["SubscriptionArn"])
    attributes = {
        "SubscriptionArn": subscription.arn,
        "TopicArn": subscription.topic_arn,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "Owner": subscription.owner,
        "RawMessageDelivery": str(subscription.raw).lower(),
        "PendingConfirmation": str(subscription.pending).lower(),
        "ConfirmationWasAuthenticated": str(subscription.authenticated).lower(),
        "SubscriptionPrincipal": f"arn:aws:iam::{subscription.owner}:root",
    }
    if subscription.filter_policy:
        attributes["FilterPolicy"] = subscription.filter_policy
        attributes["FilterPolicyScope"] = subscription.filter_scope
    if subscription.dead_letter_arn:
        policy = {"deadLetterTargetArn": subscription.dead_letter_arn}
        attributes["RedrivePolicy"] = msgspec.json.encode(policy).decode()
    if subscription.protocol in HTTP:
        attributes["EffectiveDeliveryPolicy"] = effective_policy(topic, subscription).shown
    if "ReplayPolicy" in subscription.attributes:
        attributes["ReplayStatus"] = subscription.replay_status or "Pending"
    return {"Attributes": attributes | subscription.attributes}


def set_subscription_attributes(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html"""
    ctx, topic, subscription = subscription_at(ctx, request["SubscriptionArn"])
    attributes = {request["AttributeName"]: request.get("AttributeValue") or ""}
    now = _with_attributes(subscription, attributes)
    if "ReplayPolicy" in attributes:
        archiving.check_replay(topic, now.attributes.get("ReplayPolicy", ""), ctx.now_ms)
        end_replay(ctx, topic, subscription)
        now = begin_replay(ctx, topic, now)
    keep_subscription(ctx, topic, now)
    return {}


def list_subscriptions(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptions.html"""
    behind = after(request.get("NextToken"))
    keys = [
        (str(topic_arn), str(identity))
        for (topic_arn, identity), _ in OWNED.scan(ctx, behind=behind, limit=limits.PER_PAGE_MAX + 1)
    ]
    found = [subscription_at(ctx, ":".join(key))[2] for key in keys[: limits.PER_PAGE_MAX]]
    return with_token({"Subscriptions": [_listed(each) for each in found]}, keys)


def list_subscriptions_by_topic(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html"""
    behind = after(request.get("NextToken"))
    ctx, topic = topic_at(ctx, request["TopicArn"])
    found = [
        each for _, each in SUBSCRIPTIONS.scan(ctx, topic.name, behind=behind, limit=limits.PER_PAGE_MAX + 1)
    ]
    answer = {"Subscriptions": [_listed(each) for each in found[: limits.PER_PAGE_MAX]]}
    return with_token(answer, [(each.id,) for each in found])


def _listed(subscription: Subscription) -> dict[str, str]:
    return {
        "SubscriptionArn": "PendingConfirmation" if subscription.pending else subscription.arn,
        "Owner": subscription.owner,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": subscription.topic_arn,
    }


def unsubscribe(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """What is gone already is no error. Whoever has the link may follow it, unless the subscription asks for a signature.

    https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html
    """
    caller, signed = ctx.account, ctx.principal != "anonymous"
    ctx, _ = where(ctx, request["SubscriptionArn"], "SubscriptionArn")
    try:
        ctx, topic, subscription = subscription_at(ctx, request["SubscriptionArn"])
    except NotFoundException:
        return {}
    if (signed or subscription.authenticated) and caller not in (subscription.owner, ctx.account):
        raise AuthorizationErrorException("Cannot access subscription")
    forget_subscription(ctx, topic, subscription)
    if subscription.protocol in HTTP and not subscription.pending:
        ended = msgspec.structs.replace(subscription, token=ctx.ids.hex(256), asked_at_ms=ctx.now_ms)
        ENDED.put(ctx, ended, topic.name, ended.token)
        say_farewell(ctx, topic, ended)
    count = topic.deleted_subscription_count + 1
    TOPICS.put(ctx, msgspec.structs.replace(topic, deleted_subscription_count=count), topic.name)
    return {}
