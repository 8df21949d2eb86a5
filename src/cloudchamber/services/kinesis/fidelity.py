"""What Kinesis records only, or refuses."""

from cloudchamber.aws import Ledger

_RESERVED = 'AWS does not use it: "Not Implemented. Reserved for future use."'

LEDGER = Ledger(recorded={"*": {"StreamId": _RESERVED}})
