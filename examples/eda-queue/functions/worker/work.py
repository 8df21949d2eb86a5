"""The work itself."""

import json


class Poison(Exception):
    """This one can never be done."""


def do(record: dict) -> None:
    job = json.loads(record["body"])
    if job.get("poison"):
        raise Poison(job["id"])
    receives = int(record["attributes"]["ApproximateReceiveCount"])
    if receives <= job.get("failsFirst", 0):
        raise RuntimeError(f"{job['id']} cannot be done yet")
    print(json.dumps({"done": job["id"], "receive": receives}))
