"""What IAM records only, or refuses."""

from cloudchamber.aws import Ledger

_POLICY = "checked and stored; policies are not enforced yet"
_BOUNDARY = "stored and returned; permissions boundaries are not enforced yet"
_PASSWORD = "accepted and not kept: there is no console sign-in with it"

LEDGER = Ledger(
    recorded={
        "AttachGroupPolicy": {"PolicyArn": _POLICY},
        "AttachRolePolicy": {"PolicyArn": _POLICY},
        "AttachUserPolicy": {"PolicyArn": _POLICY},
        "CreateAccountAlias": {"AccountAlias": "stored and returned; there is no sign-in address"},
        "CreateLoginProfile": {"Password": _PASSWORD},
        "CreatePolicy": {"PolicyDocument": _POLICY},
        "CreatePolicyVersion": {"PolicyDocument": _POLICY},
        "CreateRole": {"AssumeRolePolicyDocument": _POLICY, "PermissionsBoundary": _BOUNDARY},
        "CreateUser": {"PermissionsBoundary": _BOUNDARY},
        "PutGroupPolicy": {"PolicyDocument": _POLICY},
        "PutRolePermissionsBoundary": {"PermissionsBoundary": _BOUNDARY},
        "PutRolePolicy": {"PolicyDocument": _POLICY},
        "PutUserPermissionsBoundary": {"PermissionsBoundary": _BOUNDARY},
        "PutUserPolicy": {"PolicyDocument": _POLICY},
        "UpdateAccessKey": {"Status": "stored and returned; inactive keys are not refused yet"},
        "UpdateAssumeRolePolicy": {"PolicyDocument": _POLICY},
        "UpdateLoginProfile": {"Password": _PASSWORD},
    },
)
