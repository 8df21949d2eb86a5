"""Four refunds, sent as one batch."""

import json

REFUNDS = [
    {"id": "r-1", "customer": "ada", "amount": 30},
    {"id": "r-2", "customer": "bob", "amount": 5},
    {"id": "r-3", "customer": "ada", "amount": 12},
    {"id": "r-4", "customer": "eve", "amount": 8},
]


def scenario(chamber):
    entries = [{"Id": refund["id"], "MessageBody": json.dumps(refund)} for refund in REFUNDS]
    answer = chamber.client("sqs").send_message_batch(QueueUrl=chamber.output("Refunds"), Entries=entries)
    assert not answer.get("Failed"), answer
    chamber.run_until_idle()
