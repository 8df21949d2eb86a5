"""An insurer: quotes a price, unless the request says that this one is down or slow."""

import time


def handler(event, context):
    request = event["request"]
    if event["insurer"] in request.get("down", []):
        raise RuntimeError(f"{event['insurer']} is down")
    if event["insurer"] in request.get("slow", []):
        time.sleep(15)
    return {"insurer": event["insurer"], "price": round(request["value"] * event["rate"])}
