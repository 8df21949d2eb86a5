"""AWS Security Token Service: who is calling, and temporary credentials."""

from cloudchamber.aws import Service
from cloudchamber.services.sts import tasks
from cloudchamber.services.sts.errors import phrase
from cloudchamber.services.sts.fidelity import LEDGER
from cloudchamber.services.sts.operations import federation, identity, sessions

SERVICE = Service(
    "sts",
    operations={
        "AssumeRole": sessions.assume_role,
        "AssumeRoleWithSAML": federation.assume_role_with_saml,
        "AssumeRoleWithWebIdentity": federation.assume_role_with_web_identity,
        "GetAccessKeyInfo": identity.get_access_key_info,
        "GetCallerIdentity": identity.get_caller_identity,
        "GetFederationToken": sessions.get_federation_token,
        "GetSessionToken": sessions.get_session_token,
    },
    tasks={
        "find_session": identity.find_session,
        "forget_session": tasks.forget_session,
    },
    ledger=LEDGER,
    named_by=("RoleArn", "Name"),
    phrase=phrase,
)
