"""Makes a thumbnail of a picture; here it only looks at what kind it is."""


class NoPicture(Exception):
    """The workflow fails with this name."""


def handler(event, context):
    name, _, kind = event["object"]["key"].rpartition(".")
    if kind not in ("jpg", "png"):
        raise NoPicture(event["object"]["key"])
    return {"kind": kind, "key": f"{name}-small.{kind}"}
