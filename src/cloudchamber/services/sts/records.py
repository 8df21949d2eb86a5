"""Where STS's records lie, all under one account:

sessions (access key) -> Session
"""

from __future__ import annotations

from cloudchamber.aws import Collection, Scope
from cloudchamber.services.sts.model import Session

SESSIONS = Collection("sts", "sessions", Session, Scope.ACCOUNT)
