"""What the schema registry records only, or refuses."""

from cloudchamber.aws import Ledger

LEDGER = Ledger(
    recorded={
        "PutResourcePolicy": {"Policy": "stored and returned; nothing is allowed or denied by it yet"},
    },
)
