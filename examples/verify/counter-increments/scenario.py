"""Five views of two pages."""

import json

VIEWS = {"v-1": "/home", "v-2": "/home", "v-3": "/about", "v-4": "/home", "v-5": "/about"}


def scenario(chamber):
    sqs = chamber.client("sqs")
    for view, page in VIEWS.items():
        body = json.dumps({"id": view, "page": page})
        sqs.send_message(QueueUrl=chamber.output("Views"), MessageBody=body)
    chamber.run_until_idle()
