"""Three orders are placed; shipping's queue has no consumer here, so that it shows what was sent."""

import json


def scenario(chamber):
    sqs = chamber.client("sqs")
    for number in range(1, 4):
        order = {"id": f"o-{number}", "total": 10 * number}
        sqs.send_message(QueueUrl=chamber.output("Requests"), MessageBody=json.dumps(order))
    chamber.run_until_idle()
