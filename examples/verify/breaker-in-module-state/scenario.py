"""Four bookings. When the breaker last opened is no business of the outcome."""

import json

IGNORE = ["table/Breakers", "table/Breakers/*"]


def scenario(chamber):
    sqs = chamber.client("sqs")
    for number in range(1, 5):
        booking = {"id": f"b-{number}", "pallets": number}
        sqs.send_message(QueueUrl=chamber.output("Requests"), MessageBody=json.dumps(booking))
    chamber.run_until_idle()
