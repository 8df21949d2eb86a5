"""Two accounts, each with three changes that build on one another."""

import json

AMOUNTS = {"ada": [100, 30, 5], "bob": [20, 20, 10]}


def scenario(chamber):
    sqs = chamber.client("sqs")
    for sequence in (1, 2, 3):
        for account, amounts in AMOUNTS.items():
            change = {"account": account, "sequence": sequence, "amount": amounts[sequence - 1]}
            sqs.send_message(
                QueueUrl=chamber.output("Changes"),
                MessageBody=json.dumps(change),
                MessageGroupId=account,
                MessageDeduplicationId=f"{account}-{sequence}",
            )
    chamber.run_until_idle()
