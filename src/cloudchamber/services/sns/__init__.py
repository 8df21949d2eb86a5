"""Amazon SNS: standard and FIFO topics, their subscriptions, and what is published to them."""

from cloudchamber.aws import Service
from cloudchamber.services.sns import tasks
from cloudchamber.services.sns.errors import phrase
from cloudchamber.services.sns.fidelity import LEDGER
from cloudchamber.services.sns.operations import (
    archives,
    permissions,
    publishing,
    replays,
    signatures,
    statuses,
    subscriptions,
    tags,
    topics,
)
from cloudchamber.services.sns.resources import RESOURCES

SERVICE = Service(
    "sns",
    operations={
        "AddPermission": permissions.add_permission,
        "ConfirmSubscription": subscriptions.confirm_subscription,
        "CreateTopic": topics.create_topic,
        "DeleteTopic": topics.delete_topic,
        "GetSubscriptionAttributes": subscriptions.get_subscription_attributes,
        "GetTopicAttributes": topics.get_topic_attributes,
        "ListSubscriptions": subscriptions.list_subscriptions,
        "ListSubscriptionsByTopic": subscriptions.list_subscriptions_by_topic,
        "ListTagsForResource": tags.list_tags_for_resource,
        "ListTopics": topics.list_topics,
        "Publish": publishing.publish,
        "PublishBatch": publishing.publish_batch,
        "RemovePermission": permissions.remove_permission,
        "SetSubscriptionAttributes": subscriptions.set_subscription_attributes,
        "SetTopicAttributes": topics.set_topic_attributes,
        "Subscribe": subscriptions.subscribe,
        "TagResource": tags.tag_resource,
        "Unsubscribe": subscriptions.unsubscribe,
        "UntagResource": tags.untag_resource,
    },
    tasks={
        "capture_message": tasks.capture_message,
        "dead_letter": tasks.dead_letter,
        "deliver_watched": statuses.deliver_watched,
        "give_up": tasks.give_up,
        "expire_archived": archives.expire_archived,
        "list_captured_messages": tasks.list_captured_messages,
        "post_message": tasks.post_message,
        "replay_messages": replays.replay_messages,
        "write_status": statuses.write_status,
    },
    resources=RESOURCES,
    http={"sns-certificate": signatures.certificate},
    ledger=LEDGER,
    named_by=("TopicArn", "TargetArn", "SubscriptionArn", "ResourceArn", "Name"),
    phrase=phrase,
    live=signatures.Signer,
)
