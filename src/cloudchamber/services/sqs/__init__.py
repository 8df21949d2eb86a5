"""Amazon SQS: standard and FIFO queues, in both protocols."""

from cloudchamber.aws import Service
from cloudchamber.services.sqs import tasks
from cloudchamber.services.sqs.errors import phrase
from cloudchamber.services.sqs.fidelity import LEDGER
from cloudchamber.services.sqs.live import Room
from cloudchamber.services.sqs.operations import (
    batches,
    deliveries,
    measuring,
    moves,
    permissions,
    queues,
    sending,
    tags,
    watching,
)
from cloudchamber.services.sqs.resources import RESOURCES

SERVICE = Service(
    "sqs",
    operations={
        "AddPermission": permissions.add_permission,
        "CancelMessageMoveTask": moves.cancel_message_move_task,
        "ChangeMessageVisibility": deliveries.change_message_visibility,
        "ChangeMessageVisibilityBatch": batches.change_message_visibility_batch,
        "CreateQueue": queues.create_queue,
        "DeleteMessage": deliveries.delete_message,
        "DeleteMessageBatch": batches.delete_message_batch,
        "DeleteQueue": queues.delete_queue,
        "GetQueueAttributes": queues.get_queue_attributes,
        "GetQueueUrl": queues.get_queue_url,
        "ListDeadLetterSourceQueues": queues.list_dead_letter_source_queues,
        "ListMessageMoveTasks": moves.list_message_move_tasks,
        "ListQueueTags": tags.list_queue_tags,
        "ListQueues": queues.list_queues,
        "PurgeQueue": queues.purge_queue,
        "ReceiveMessage": deliveries.receive_message,
        "RemovePermission": permissions.remove_permission,
        "SendMessage": sending.send_message,
        "SendMessageBatch": batches.send_message_batch,
        "SetQueueAttributes": queues.set_queue_attributes,
        "StartMessageMoveTask": moves.start_message_move_task,
        "TagQueue": tags.tag_queue,
        "UntagQueue": tags.untag_queue,
    },
    tasks={
        "find_next_change": watching.find_next_change,
        "measure_queue": measuring.measure_queue,
        "move_messages": tasks.move_messages,
        "peek": tasks.peek,
        "redrive_message": tasks.redrive_message,
    },
    resources=RESOURCES,
    ledger=LEDGER,
    named_by=("QueueUrl", "QueueName", "SourceArn"),
    phrase=phrase,
    live=Room,
)
