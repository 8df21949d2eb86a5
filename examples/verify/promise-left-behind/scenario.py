"""An order, and none after it."""

import json


def scenario(chamber):
    body = json.dumps({"id": "o-1", "total": 40})
    chamber.client("sqs").send_message(QueueUrl=chamber.output("Placed"), MessageBody=body)
    chamber.run_until_idle()
