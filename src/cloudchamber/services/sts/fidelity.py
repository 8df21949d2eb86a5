"""What STS records only, or refuses."""

from cloudchamber.aws import Ledger

_POLICY = "checked and stored; session policies are not enforced yet"
_TAGS = "checked and stored; policies do not see them yet"
_MFA = "accepted; there are no MFA devices to ask"
_TOKEN = "accepted; session tokens have one size here"

LEDGER = Ledger(
    refused={"AssumeRole": {"ProvidedContexts": "context providers are not simulated"}},
    recorded={
        "AssumeRole": {
            "Policy": _POLICY,
            "PolicyArns": _POLICY,
            "Tags": _TAGS,
            "TransitiveTagKeys": _TAGS,
            "SourceIdentity": "stored and returned; policies do not see it yet",
            "ExternalId": "accepted; trust policies are not enforced yet",
            "SerialNumber": _MFA,
            "TokenCode": _MFA,
            "MinimumSessionTokenSize": _TOKEN,
        },
        "AssumeRoleWithSAML": {
            "SAMLAssertion": "read; its signature is not verified",
            "Policy": _POLICY,
            "PolicyArns": _POLICY,
            "MinimumSessionTokenSize": _TOKEN,
        },
        "AssumeRoleWithWebIdentity": {
            "WebIdentityToken": "read, its expiry enforced; its signature is not verified",
            "Policy": _POLICY,
            "PolicyArns": _POLICY,
            "MinimumSessionTokenSize": _TOKEN,
        },
        "GetFederationToken": {
            "Policy": _POLICY,
            "PolicyArns": _POLICY,
            "Tags": _TAGS,
            "MinimumSessionTokenSize": _TOKEN,
        },
        "GetSessionToken": {
            "SerialNumber": _MFA,
            "TokenCode": _MFA,
            "MinimumSessionTokenSize": _TOKEN,
        },
    },
)
