"""Three payments, two of them from one account."""

import json

PAYMENTS = [
    {"id": "p-1", "account": "ada", "amount": 30},
    {"id": "p-2", "account": "ada", "amount": 12},
    {"id": "p-3", "account": "bob", "amount": 5},
]


def scenario(chamber):
    sqs = chamber.client("sqs")
    for payment in PAYMENTS:
        sqs.send_message(QueueUrl=chamber.output("Requests"), MessageBody=json.dumps(payment))
    chamber.run_until_idle()
