"""Shipping: hands the parcel to a carrier, who may be busy, or may not deliver there at all."""


class CarrierBusy(Exception):
    """Worth another attempt."""


class NotDeliverable(Exception):
    """Not worth one."""


def handler(event, context):
    if event["address"] == "the moon":
        raise NotDeliverable(event["address"])
    if event["address"] == "a strike":
        raise CarrierBusy(event["address"])
    return {"parcel": f"parcel-{event['orderId']}"}
