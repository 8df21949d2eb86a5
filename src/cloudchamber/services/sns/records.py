"""Where SNS's records lie: those of a topic under the account and region of the topic.

topics          (name)                             -> Topic
subscriptions   (topic, id)                        -> Subscription
owned           (topic arn, id)                    -> nothing    under the account of the subscription's owner
published       (topic, scope, deduplication id)   -> Published
published_until (topic, until_ms, scope, id)       -> nothing
captured        (serial)                           -> Captured
paces           (topic, id)                        -> Pace       of a subscription that is throttled
ended           (topic, token)                     -> Subscription    which its token restores
archives        (topic)                            -> Archive
archived        (topic, at_ms, serial)             -> Message
replays         (topic, id)                        -> Replay     of a subscription, until it has come to its end
platform_applications (platform, name)             -> PlatformApplication
platform_endpoints    (platform, name, id)         -> PlatformEndpoint
platform_tokens       (platform, name, token)      -> the id of the endpoint that has it
sms_attributes        ()                           -> what was set, by AWS's names
sandbox_numbers       (phone number)               -> SandboxNumber
signing         ()                                 -> SigningKey      one for the whole chamber
"""

from __future__ import annotations

from cloudchamber.aws import Arn, Collection, Context, Scope
from cloudchamber.aws.outgoing import Pace
from cloudchamber.services.sns.errors import NotFoundException, invalid
from cloudchamber.services.sns.model import (
    Archive,
    Captured,
    Message,
    PlatformApplication,
    PlatformEndpoint,
    Published,
    Replay,
    SandboxNumber,
    SigningKey,
    Subscription,
    Topic,
)

TOPICS = Collection("sns", "topics", Topic)
SUBSCRIPTIONS = Collection("sns", "subscriptions", Subscription)
OWNED = Collection("sns", "owned", bool)
PUBLISHED = Collection("sns", "published", Published)
PUBLISHED_UNTIL = Collection("sns", "published_until", bool)
CAPTURED = Collection("sns", "captured", Captured)
PACES = Collection("sns", "paces", Pace)
ENDED = Collection("sns", "ended", Subscription)
ARCHIVES = Collection("sns", "archives", Archive)
ARCHIVED = Collection("sns", "archived", Message)
REPLAYS = Collection("sns", "replays", Replay)
PLATFORM_APPLICATIONS = Collection("sns", "platform_applications", PlatformApplication)
PLATFORM_ENDPOINTS = Collection("sns", "platform_endpoints", PlatformEndpoint)
PLATFORM_TOKENS = Collection("sns", "platform_tokens", str)
SMS_ATTRIBUTES = Collection("sns", "sms_attributes", dict[str, str])
SANDBOX_NUMBERS = Collection("sns", "sandbox_numbers", SandboxNumber)
SIGNING = Collection("sns", "signing", SigningKey, Scope.GLOBAL)

_FORGOTTEN_AT_ONCE_COUNT = 20
_SLASHES = "Reason: Wrong number of slashes in relative portion of the ARN."


def topic_at(ctx: Context, arn_text: str, member: str = "TopicArn") -> tuple[Context, Topic]:
    """The topic of an ARN, with the context of its account and region. Raises InvalidParameter or NotFound."""
    ctx, name = where(ctx, arn_text, member)
    topic = TOPICS.get(ctx, name)
    if topic is None:
        raise NotFoundException("Topic does not exist")
    return ctx, topic


def where(ctx: Context, arn_text: str, member: str = "TopicArn") -> tuple[Context, str]:
    """The context of an SNS ARN's account and region, and what the ARN names there. Raises InvalidParameter."""
    parts = arn_text.split(":")
    if len(parts) < 6:
        raise invalid(f"{member} Reason: An ARN must have at least 6 elements, not {len(parts)}")
    arn = Arn.parse(arn_text)
    if arn is None or arn.service != "sns":
        raise invalid(member)
    if arn.account != ctx.account or arn.region != ctx.region:
        ctx = ctx.elsewhere(account=arn.account, region=arn.region)
    return ctx, arn.resource


def subscription_at(ctx: Context, arn_text: str) -> tuple[Context, Topic, Subscription]:
    """The subscription of an ARN, with its topic and their context. Raises InvalidParameter or NotFound."""
    ctx, resource = where(ctx, arn_text, "SubscriptionArn")
    name, _, identity = resource.partition(":")
    topic, subscription = TOPICS.get(ctx, name), SUBSCRIPTIONS.get(ctx, name, identity)
    if topic is None or subscription is None:
        raise NotFoundException("Subscription does not exist")
    return ctx, topic, subscription


def keep_subscription(ctx: Context, topic: Topic, subscription: Subscription) -> None:
    """Write a subscription of a topic of this context."""
    SUBSCRIPTIONS.put(ctx, subscription, topic.name, subscription.id)
    OWNED.put(ctx.elsewhere(account=subscription.owner), True, subscription.topic_arn, subscription.id)


def forget_subscription(ctx: Context, topic: Topic, subscription: Subscription) -> None:
    """Remove a subscription of a topic of this context."""
    SUBSCRIPTIONS.delete(ctx, topic.name, subscription.id)
    PACES.delete(ctx, topic.name, subscription.id)
    REPLAYS.delete(ctx, topic.name, subscription.id)
    OWNED.delete(ctx.elsewhere(account=subscription.owner), subscription.topic_arn, subscription.id)


def forget_topic(ctx: Context, topic: Topic) -> None:
    """Remove a topic and all that belongs to it."""
    for subscription in SUBSCRIPTIONS.values(ctx, topic.name):
        forget_subscription(ctx, topic, subscription)
    PUBLISHED.delete_all(ctx, topic.name)
    PUBLISHED_UNTIL.delete_all(ctx, topic.name)
    ENDED.delete_all(ctx, topic.name)
    TOPICS.delete(ctx, topic.name)


def find_published(ctx: Context, topic: Topic, scope: str, identity: str, now_ms: int) -> Published | None:
    """What was published under a deduplication id within the last five minutes."""
    for (_, until_ms, old_scope, old), _ in list(
        PUBLISHED_UNTIL.scan(ctx, topic.name, before=(now_ms + 1,), limit=_FORGOTTEN_AT_ONCE_COUNT)
    ):
        PUBLISHED_UNTIL.delete(ctx, topic.name, until_ms, old_scope, old)
        PUBLISHED.delete(ctx, topic.name, old_scope, old)
    known = PUBLISHED.get(ctx, topic.name, scope, identity)
    return known if known and known.until_ms > now_ms else None


def remember_published(ctx: Context, topic: Topic, scope: str, identity: str, published: Published) -> None:
    """Let a deduplication id stand for a message until `published.until_ms`."""
    PUBLISHED.put(ctx, published, topic.name, scope, identity)
    PUBLISHED_UNTIL.put(ctx, True, topic.name, published.until_ms, scope, identity)


def next_delivery_at_ms(ctx: Context, topic: Topic, subscription: Subscription, rate_per_s: int) -> int:
    """When a throttled subscription may get one more message, which is counted."""
    pace = PACES.get(ctx, topic.name, subscription.id) or Pace()
    pace, at_ms = pace.next(rate_per_s, ctx.now_ms)
    PACES.put(ctx, pace, topic.name, subscription.id)
    return at_ms


def archived_behind(
    ctx: Context, topic: Topic, at: tuple[int, int], limit: int | None = None
) -> list[tuple[tuple[int, int], Message]]:
    """The archived messages behind a place, in the order in which they were published, each with its own place."""
    found: list[tuple[tuple[int, int], Message]] = []
    for (_, at_ms, serial), message in ARCHIVED.scan(ctx, topic.name, behind=at, limit=limit):
        assert isinstance(at_ms, int)
        assert isinstance(serial, int)
        found.append(((at_ms, serial), message))
    return found


def forget_archived(ctx: Context, topic: Topic, before_ms: int) -> int:
    """Remove what was archived before an instant. Gives the instant of the oldest that is left, 0 when there is none."""
    while True:
        keys = [key for key, _ in ARCHIVED.scan(ctx, topic.name, limit=_FORGOTTEN_AT_ONCE_COUNT)]
        for key in keys:
            assert isinstance(key[1], int)
            if key[1] >= before_ms:
                return key[1]
            ARCHIVED.delete(ctx, *key)
        if not keys:
            return 0


def signing_key(ctx: Context) -> SigningKey | None:
    """The chamber's key, once there is one."""
    return SIGNING.get(ctx)


def keep_signing_key(ctx: Context, key: SigningKey) -> None:
    """Write the chamber's key."""
    SIGNING.put(ctx, key)


def application_place(ctx: Context, arn_text: str) -> tuple[Context, str, str]:
    """The platform and name of an application, with the context of its account and region. Raises InvalidParameter."""
    ctx, resource = where(ctx, arn_text, "PlatformApplicationArn")
    parts = resource.split("/")
    if len(parts) != 3 or parts[0] != "app":
        raise invalid(f"PlatformApplicationArn {_SLASHES}")
    return ctx, parts[1], parts[2]


def application_at(ctx: Context, arn_text: str) -> tuple[Context, PlatformApplication]:
    """The platform application of an ARN, with the context of its account and region. Raises InvalidParameter or NotFound."""
    ctx, platform, name = application_place(ctx, arn_text)
    application = PLATFORM_APPLICATIONS.get(ctx, platform, name)
    if application is None:
        raise NotFoundException("PlatformApplication does not exist")
    return ctx, application


def forget_application(ctx: Context, platform: str, name: str) -> None:
    """Remove a platform application and its endpoints."""
    PLATFORM_TOKENS.delete_all(ctx, platform, name)
    PLATFORM_ENDPOINTS.delete_all(ctx, platform, name)
    PLATFORM_APPLICATIONS.delete(ctx, platform, name)


def find_endpoint(
    ctx: Context, arn_text: str, member: str = "EndpointArn"
) -> tuple[Context, PlatformEndpoint | None]:
    """The platform endpoint of an ARN, if it exists, with the context of its account and region. Raises InvalidParameter."""
    ctx, resource = where(ctx, arn_text, member)
    parts = resource.split("/")
    if len(parts) != 4 or parts[0] != "endpoint":
        raise invalid(f"{member} {_SLASHES}")
    return ctx, PLATFORM_ENDPOINTS.get(ctx, *parts[1:])


def keep_endpoint(ctx: Context, endpoint: PlatformEndpoint) -> None:
    """Write a platform endpoint."""
    place = (endpoint.platform, endpoint.application)
    PLATFORM_ENDPOINTS.put(ctx, endpoint, *place, endpoint.id)
    PLATFORM_TOKENS.put(ctx, endpoint.id, *place, endpoint.token)


def forget_endpoint(ctx: Context, endpoint: PlatformEndpoint) -> None:
    """Remove a platform endpoint."""
    place = (endpoint.platform, endpoint.application)
    PLATFORM_ENDPOINTS.delete(ctx, *place, endpoint.id)
    PLATFORM_TOKENS.delete(ctx, *place, endpoint.token)
