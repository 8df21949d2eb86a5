"""Two parcels on their way, each through three places."""

import json

WAY = ["depot", "van", "door"]


def scenario(chamber):
    sqs = chamber.client("sqs")
    for revision, place in enumerate(WAY, 1):
        for parcel in ("a", "b"):
            change = {"parcel": parcel, "revision": revision, "place": place}
            sqs.send_message(QueueUrl=chamber.output("Changes"), MessageBody=json.dumps(change))
    chamber.run_until_idle()
